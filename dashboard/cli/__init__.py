"""
The command line: one module per command, imported only when it is asked for.

A command is a module here with `HELP` (one sentence), `add_arguments(parser)`
and `run(config, arguments) -> int`, the exit code: 0 done, 1 failed, 2 refused
(a wrong setting, a wrong file, a warehouse in use), 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import logging
import sys
from importlib import import_module

from clickhouse_schema.errors import WarehouseError
from dashboard.config import AppConfig, ConfigError
from dashboard.logs import set_up_logging

COMMANDS = ("serve", "worker", "prepare", "migrate", "load", "unload", "info", "sample", "bench")


def main(words: list[str] | None = None) -> int:
    """Run one command and return its exit code; errors are told in a sentence."""
    try:
        given = sys.argv[1:] if words is None else words
        arguments = _parser(given).parse_args(given)
        config = AppConfig.from_env()
        set_up_logging(config, least=logging.WARNING)  # people read here, not machines
        return int(arguments.run(config, arguments))
    except (ConfigError, WarehouseError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _parser(words: list[str]) -> argparse.ArgumentParser:
    """Return the parser of the command `words` begin with; of all when that is none."""
    asked = [name for name in COMMANDS if words[:1] == [name]]
    parser = argparse.ArgumentParser(prog="python -m dashboard", description="Clientele.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in asked or COMMANDS:
        module = import_module(f"dashboard.cli.{name}")
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser
