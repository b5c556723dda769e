"""`bench power`: a board held in one state after the other under a meter, and what that costs a battery."""
