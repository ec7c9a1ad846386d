"""All rules on declared resources, in order of their ids."""

from tools.rules.declared.alarm_rules import ALARM_RULES
from tools.rules.declared.endpoint_rules import ENDPOINT_RULES
from tools.rules.declared.image_rules import IMAGE_RULES
from tools.rules.declared.model_rules import MODEL_RULES
from tools.rules.declared.option_rules import OPTION_RULES
from tools.rules.declared.policy_rules import POLICY_RULES
from tools.rules.declared.posture_rules import POSTURE_RULES
from tools.rules.declared.role_rules import ROLE_RULES
from tools.rules.declared.rule import DeclaredRule
from tools.rules.declared.secret_rules import SECRET_RULES
from tools.rules.declared.target_rules import TARGET_RULES
from tools.rules.declared.variant_rules import VARIANT_RULES

DECLARED_RULES: tuple[DeclaredRule, ...] = tuple(
    sorted(
        (
            *MODEL_RULES, *SECRET_RULES, *IMAGE_RULES, *VARIANT_RULES, *OPTION_RULES,
            *ENDPOINT_RULES, *TARGET_RULES, *POLICY_RULES, *ALARM_RULES, *ROLE_RULES,
            *POSTURE_RULES,
        ),
        key=lambda rule: rule.id,
    )
)  # fmt: skip
