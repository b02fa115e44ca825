"""What `chaos verify --dry` does, and what is said of a source in any case."""

import logging
from typing import Any

from rtk.cli.exit_codes import OK
from rtk.cli.option_files import unread
from rtk.cli.trust_prompt import Trusting
from rtk.cli.verify_options import Options
from rtk.errors import BadInput
from rtk.experiment.check import validate
from rtk.experiment.needs import warnings
from rtk.experiment.plan import Plan
from rtk.experiment.source import SourceDocument
from rtk.experiment.varfile import unmatched
from rtk.printable import hanging
from rtk.report.planned import planned
from rtk.verify import calls

logger = logging.getLogger(__name__)
Variables = tuple[dict[str, Any], dict[str, Any]]


def dry(options: Options, source: SourceDocument, plan: Plan, variables: Variables, trusting: Trusting) -> int:
    """Show what would be done; the exit code."""
    for line in (*planned(plan, source.document), *trusting.all_lines(source.document, variables[0])):
        print(hanging(line), flush=True)  # noqa: T201 - what was asked for goes to standard output
    warn(options, source, variables)
    if options.no_validation:
        return OK
    if trusting.doubt(source.document):
        logger.info("Whether it could run here is not tried: that imports its modules, and it is not trusted yet")
        return OK
    try:
        validate(source.document, config_vars=variables[0], secret_vars=variables[1], beside=options.beside())
        calls.check(source.document)
    except BadInput as error:
        logger.warning(f"It could not run here as things are: {error}")
    return OK


def warn(options: Options, source: SourceDocument, variables: Variables) -> None:
    """Say what may go wrong with a source."""
    for warning in (*source.warnings, *unmatched(source.document, *variables), *warnings(source.document)):
        logger.warning(warning)
    for remark in unread(source.document, options.var_file):
        logger.info(remark)
