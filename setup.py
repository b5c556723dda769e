"""What pyproject.toml cannot say: the models and the virtual board's firmware lie beside host/ and go inside it."""

from setuptools import find_packages, setup

BUNDLED = {"host.bundled.models": "models", "host.bundled.firmware": "firmware/prebuilt"}

setup(
    packages=[*find_packages(include=["host", "host.*"]), *BUNDLED],
    package_dir=BUNDLED,
    package_data={
        "host": ["py.typed"],
        "host.report": ["*.jinja"],
        "host.virtual": ["pictures/*", "photographs/*"],
        "host.web": ["page/*"],
        "host.bundled.models": ["*"],
        "host.bundled.firmware": ["virtual.*"],
    },
)
