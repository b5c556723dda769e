"""SCons script of the `virtual` environment: bare Cortex-M4F, one ELF."""

from pathlib import Path
from typing import Any

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env: Any = DefaultEnvironment()
platform = env.PioPlatform()
board = env.BoardConfig()
prefix = "arm-none-eabi-"
cpu = [
    "-mthumb",
    f"-mcpu={board.get('build.cpu')}",
    f"-mfpu={board.get('build.fpu')}",
    f"-mfloat-abi={board.get('build.float_abi')}",
]
env.Replace(
    AR=prefix + "gcc-ar",
    AS=prefix + "as",
    CC=prefix + "gcc",
    CXX=prefix + "g++",
    OBJCOPY=prefix + "objcopy",
    RANLIB=prefix + "gcc-ranlib",
    SIZETOOL=prefix + "size",
    ARFLAGS=["rc"],
    SIZEPROGREGEXP=r"^(?:\.text|\.data|\.ARM\.exidx|\.model)\s+(\d+).*",
    SIZEDATAREGEXP=r"^(?:\.data|\.bss|\.noinit)\s+(\d+).*",
    SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
    SIZEPRINTCMD="$SIZETOOL -B -d $SOURCES",
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
    LDSCRIPT_PATH=str(Path(platform.get_dir()) / board.get("build.ldscript")),
)
env.Append(
    ASFLAGS=cpu,
    ASPPFLAGS=["-x", "assembler-with-cpp"],
    # paths of the machine that builds stay out, so that the same sources give the same ELF anywhere
    CCFLAGS=[
        *cpu,
        "-g",
        f"-ffile-prefix-map={env.subst('$PROJECT_DIR')}=.",
        "-ffunction-sections",
        "-fdata-sections",
    ],
    CFLAGS=["-std=gnu11"],
    LINKFLAGS=[
        *cpu,
        "-nostartfiles",
        "--specs=nano.specs",
        "--specs=nosys.specs",
        "-Wl,--gc-sections",
    ],
)
elf = env.BuildProgram()
env.Depends(elf, env.subst("$LDSCRIPT_PATH"))
AlwaysBuild(env.Alias("buildprog", elf, elf))
size = env.AddPlatformTarget(
    "size", elf, env.VerboseAction("$SIZEPRINTCMD", "Calculating size $SOURCE"), "Program size"
)
Default([elf, size])
