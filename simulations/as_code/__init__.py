"""The settings of a scenario as what AWS is told: AWS CLI, CloudFormation and Terraform.

`resources` says what there is to make, in CloudFormation's words; each of the others writes that down in its own language.
"""

import msgspec

from simulations.as_code import cli, cloudformation, terraform
from simulations.as_code.resources import planned
from simulations.engine import TRIGGERS, Scenario


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """Three texts that say the same, and in sentences what they leave out ("" if nothing)."""

    cli: str
    cloudformation: str
    terraform: str
    left: str


# of a text: what it is called, and the file it makes
LANGUAGES = {
    "cli": ("AWS CLI", "commands.sh"),
    "cloudformation": ("CloudFormation", "template.yaml"),
    "terraform": ("Terraform", "main.tf"),
}


def as_code(scenario: Scenario) -> Code:
    """The texts of a scenario; only its trigger, settings and function matter."""
    plan = planned(scenario)
    left = [] if plan.is_wired() else [f"What calls the function ({TRIGGERS[scenario.trigger].label}) is not written."]
    left += [f"Changed here and not written: {', '.join(plan.left)}."] if plan.left else []
    return Code(
        cli=cli.written(plan),
        cloudformation=cloudformation.written(plan),
        terraform=terraform.written(plan),
        left=" ".join(left),
    )
