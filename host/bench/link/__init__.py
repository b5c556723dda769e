"""Round trips and bytes a second of a link."""
