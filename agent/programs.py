"""What a process is called: the short name a person would use, and its command line without secrets.

Its own file because it is pure (arguments in, text out) and grows with each runtime that starts programs in its way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MASK = "[redacted]"
LONGEST_COMMAND = 2000
"""Characters kept of a command line; `python -c` may carry a whole program."""

# Options that take the next argument as their value, by interpreter. Only what stands before the script matters.
_TAKES_VALUE = {
    "python": {"-W", "-X", "--check-hash-based-pycs"},
    "node": {"-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "--title"},
    "java": {"-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules"},
    "ruby": {"-I", "-r", "-C"},
    "perl": {"-I", "-M"},
    "php": {"-c", "-d", "-z"},
    "deno": {"-c", "--config", "--cert", "--import-map"},
    "bun": {"-r", "--preload"},
    "dotnet": {"--fx-version", "--runtimeconfig", "--depsfile", "--additionalprobingpath", "--project"},
    "shell": {"-o", "-O"},
}
_INLINE = {"python": {"-c"}, "node": {"-e", "--eval", "-p", "--print"}, "ruby": {"-e"}, "perl": {"-e", "-E"},
           "php": {"-r"}, "shell": {"-c"}, "deno": {"eval"}, "bun": {"-e"}}  # fmt: skip
_MODULE = {"python": {"-m"}, "java": {"-m", "--module"}}
_SUBCOMMAND = {"deno": {"run"}, "bun": {"run"}, "dotnet": {"exec"}}
_KINDS = (
    (re.compile(r"(?:python|pypy)[\d.]*w?|ipython\d?"), "python"),
    (re.compile(r"node(?:js)?|electron|tsx|ts-node"), "node"),
    (re.compile(r"javaw?"), "java"),
    (re.compile(r"(?:ba|z|da|k)?sh|fish"), "shell"),
    (re.compile(r"(ruby|perl|php|deno|bun|dotnet)[\d.]*"), None),
)
_SECRET_HEADER = re.compile(r"(?i)^((?:proxy-)?authorization|(?:x-|openai-)?api-key|cookie)\s*:.*", re.S)
_SECRET_OPTION = re.compile(r"(?i)^-{0,2}[\w.-]*(?:key|token|secret|passwd|password|credential|auth)[\w.-]*$")


def app_name(arguments: Sequence[str]) -> str:
    """The program's short name: its script or module, or else the program itself. Empty where there is none."""
    words = [word for word in arguments if word]
    if len(words) == 1 and " " in words[0]:
        words = words[0].split()  # a program that wrote its own title, such as `next-server (v15)`
    if not words:
        return ""
    program = _base(words[0]).removesuffix(".exe").rstrip(":")
    kind = _kind(program)
    return (kind and _script(kind, program, words[1:])) or program


def masked_command(arguments: Sequence[str]) -> str:
    """The command line as one line, the values of options that name a secret masked.

    What looks like a secret by itself is the business of redaction.py; this masks by what an argument is called.
    """
    shown: list[str] = []
    hide_next = False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        if hide_next and not argument.startswith("-"):
            shown.append(MASK)
            hide_next = False
        elif header := _SECRET_HEADER.match(argument):
            shown.append(f"{header[1]}: {MASK}")
        elif equals and _SECRET_OPTION.match(name):
            shown.append(f"{name}={MASK}")
        else:
            hide_next = argument.startswith("-") and bool(_SECRET_OPTION.match(argument))
            shown.append(argument)
    return " ".join(" ".join(shown).split())[:LONGEST_COMMAND]


def _kind(program: str) -> str | None:
    for pattern, kind in _KINDS:
        if match := pattern.fullmatch(program):
            return kind or match[1]
    return None


def _script(kind: str, program: str, words: Sequence[str]) -> str | None:
    """What an interpreter was asked to run, or None where it was asked for nothing."""
    skip = 0
    for position, word in enumerate(words):
        if skip:
            skip -= 1
        elif word in _INLINE.get(kind, ()):
            return f"{program} {word}"
        elif word in _MODULE.get(kind, ()) and position + 1 < len(words):
            return words[position + 1].removesuffix(".__main__")
        elif word in _TAKES_VALUE.get(kind, ()):
            skip = 1
        elif word.startswith("-") or word in _SUBCOMMAND.get(kind, ()):
            continue
        else:
            return (
                word.rpartition(".")[2]
                if kind == "java" and not word.endswith((".jar", ".java"))
                else _script_name(word)
            )
    return None


def _script_name(path: str) -> str:
    parts = re.split(r"[\\/]", path)
    if "node_modules" in parts[:-1]:
        package = parts[len(parts) - parts[::-1].index("node_modules") :]
        if package[0] == ".bin":
            return package[-1]
        return "/".join(package[:2]) if package[0].startswith("@") else package[0]
    if parts[-1] in ("__main__.py", "__init__.py") and len(parts) > 1:
        return parts[-2]
    return parts[-1]


def _base(path: str) -> str:
    return re.split(r"[\\/]", path.lstrip("-"))[-1]
