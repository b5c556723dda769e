"""PlatformIO's view of the virtual board's platform."""

import shutil
from typing import Any

from platformio.public import PlatformBase


class VirtualnanoPlatform(PlatformBase):  # the name PlatformIO derives from platform.json
    """Takes an ARM compiler from PATH, so that a machine without PlatformIO's registry builds too."""

    def configure_default_packages(self, options: Any, targets: Any) -> Any:
        """Installs PlatformIO's compiler only where PATH has none."""
        on_path = shutil.which("arm-none-eabi-gcc") is not None
        self.packages["toolchain-gccarmnoneeabi"]["optional"] = on_path
        return super().configure_default_packages(options, targets)
