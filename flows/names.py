"""Names of runs as ops read them in the list: flow and moment, instead of Prefect's animals. And the tag of ours."""

from prefect.runtime import flow_run

from tasks.clock import machine_now, parse_as_of
from tasks.rules.timezone import HANOI

TAG = "dondoc"  # of all our deployments and runs, so that nobody else's are touched


def run_name() -> str:
    """`morning 2026-11-23 07:30`: the flow, the one source if it is one, and the moment; a dry run says so."""
    parameters = flow_run.get_parameters()
    try:
        moment = parse_as_of(parameters.get("as_of")) or machine_now()
    except ValueError:
        moment = machine_now()
    dry = " (dry run)" if parameters.get("dry_run") else ""
    source = f" {parameters['source']}" if parameters.get("source") else ""
    return f"{flow_run.get_flow_name()}{source} {moment.astimezone(HANOI):%Y-%m-%d %H:%M}{dry}"
