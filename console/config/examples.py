"""One example of each table, with every key in it, for docs/configuration.md. Tests load them."""

from __future__ import annotations

OPERATOR = """
[operator]
name = "env:USER"
"""

STORE = """
[store]
path = "~/.local/state/console/console.db"
second = "/var/lib/console/journal-2.db"
published_head = "/mnt/audit/console.heads"
retention = "90d"
prompts_retention = "14d"
"""

PEOPLE = """
[people]
rotation = ["Mara Voss", "Jonas Ek", "Priya Raman"]
"""

KEYS = """
[keys]
note = ["n", "F6"]
arming = "F7"
kill = "F9"                        # beside K, which stays
"""

FEATURE = """
[[feature]]
key = "support-drafts"
title = "Support draft replies"
environment = "production"
runbook = "runbooks/support-drafts.md"
lever_order = "in_turn"
lever_seconds = 5
"""

HOMEGROWN = """
[feature.flag]
provider = "homegrown"
url = "https://flags.example.com"
token = "file:/run/secrets/flags-admin"
key = "support-drafts-ai"
environment = "prod-eu"            # the service's own name for it
kill_state = "off"
"""

UNLEASH = """
[feature.flag]
provider = "unleash"
url = "https://unleash.example.com"
token = "env:UNLEASH_TOKEN"
project = "default"
key = "support-drafts-ai"
environment = "production"
kill_state = "off"
"""

COMMAND = """
[[feature.levers]]
provider = "command"
run = ["/usr/local/bin/force-fallback", "support-drafts"]
check = ["/usr/local/bin/force-fallback", "--is-forced", "support-drafts"]
arm = ["/usr/local/bin/force-fallback", "--dry-run", "support-drafts"]
undo = ["/usr/local/bin/force-fallback", "--release", "support-drafts"]
proof = "check"
env = { FORCE_TOKEN = "env:FORCE_TOKEN" }
"""

HTTP = """
[[feature.levers]]
provider = "http"
url = "https://support.example.com/admin/ai-drafts/off"
method = "POST"
body = { by = "incident console" }
expect_status = 200
expect_body = "forced"
token = "env:ADMIN_TOKEN"
header = "Authorization"
prefix = "Bearer "
proof = "check"
check = { url = "https://support.example.com/admin/ai-drafts", expect_body = "off" }
arm = { url = "https://support.example.com/admin/whoami", expect_body = "may-switch-ai" }
undo = { url = "https://support.example.com/admin/ai-drafts/on" }
"""

OFREP = """
[feature.evaluate]
provider = "ofrep"
url = "https://flags.example.com"
token = "env:OFREP_TOKEN"
key = "support-drafts-ai"
contexts = [{ targetingKey = "agent-9208" }, { userId = "agent-9338", region = "eu" }]
"""

UNLEASH_FRONTEND = """
[feature.evaluate]
provider = "unleash"
url = "https://unleash.example.com/api/frontend"
token = "env:UNLEASH_FRONTEND_TOKEN"
key = "support-drafts-ai"
environment = "production"
contexts = [{ userId = "agent-9208" }, { userId = "agent-9338" }]
"""

EVENTS_TRAFFIC = """
[feature.traffic]
provider = "events"
url = "wss://drafts.example.com/events"
token = "env:EVENTS_TOKEN"
"""

PROMETHEUS_TRAFFIC = """
[feature.traffic]
provider = "prometheus"
url = "http://127.0.0.1:9090"
ai = 'sum(increase(drafts_requests_total{path="ai"}[1m]))'
fallback = 'sum(increase(drafts_requests_total{path="fallback"}[1m]))'
newest = "max(drafts_newest_answer_seconds)"
window = "1m"
"""

FALLBACK = """
[feature.fallback]
describe = "agents write replies by hand; the draft pane says 'temporarily unavailable'"
url = "https://support.example.com/internal/probe"
expect_status = 200
expect_body = "temporarily unavailable"
"""

EVENTS = """
[feature.signals.latency]
provider = "events"
url = "wss://drafts.example.com/events"
token = "env:EVENTS_TOKEN"
band = { within_percent_of = 10 }
baseline = { p50 = 1.9, p95 = 4.4, n = 1200 }
"""

REACH = """
[feature.signals.errors]
provider = "prometheus"
url = "https://mimir.example.com/prometheus"
user = "console"                   # or token = "env:MIMIR_TOKEN"
password = "env:MIMIR_PASSWORD"
headers = { X-Scope-OrgID = "acme" }
poll = "15s"
delay = "10s"
bucket = "1m"
history = "1d"
bad = 'sum(increase(drafts_requests_total{path="ai",outcome!="ok"}[1m])) or vector(0)'
all = 'sum(increase(drafts_requests_total{path="ai"}[1m]))'
"""

_PROMETHEUS = '\nprovider = "prometheus"\nurl = "http://127.0.0.1:9090"\n'

QUERIES = {
    "errors": f"""
[feature.signals.errors]{_PROMETHEUS}\
bad = 'sum(increase(drafts_requests_total{{path="ai",outcome!="ok"}}[1m])) or vector(0)'
all = 'sum(increase(drafts_requests_total{{path="ai"}}[1m]))'
kinds = 'sum by (outcome) (increase(drafts_requests_total{{path="ai",outcome!="ok"}}[1m]))'
fallback = 'sum(increase(drafts_requests_total{{path="fallback"}}[1m]))'
""",
    "latency": f"""
[feature.signals.latency]{_PROMETHEUS}\
buckets = 'sum by (le) (increase(drafts_latency_seconds_bucket[1m]))'
baseline = {{ p50 = 1.9, p95 = 4.4, n = 1200 }}
""",
    "cost": f"""
[feature.signals.cost]{_PROMETHEUS}\
usd = 'sum(increase(drafts_cost_usd_total[1m]))'
requests = 'sum(increase(drafts_requests_total{{path="ai"}}[1m]))'
tokens = 'sum(increase(drafts_tokens_total[1m]))'
baseline = {{ forecast = 41.20 }}
""",
    "feedback": f"""
[feature.signals.feedback]{_PROMETHEUS}\
bad = 'sum(increase(drafts_feedback_total{{rating=~"down|regenerate"}}[1m])) or vector(0)'
all = 'sum(increase(drafts_shown_total[1m]))'
kinds = 'sum by (rating) (increase(drafts_feedback_total{{rating=~"down|regenerate"}}[1m]))'
rated = 'sum(increase(drafts_feedback_total[1m]))'
""",
    "evals": f"""
[feature.signals.evals]{_PROMETHEUS}\
bucket = "1h"
mean = 'drafts_eval_score_mean'
sd = 'drafts_eval_score_sd'
n = 'drafts_eval_cases'
at = 'max(drafts_eval_run_timestamp_seconds)'
weight = 'drafts_eval_category_share'
cold = 'max(drafts_eval_cold_score)'
cold_n = 'max(drafts_eval_cold_cases)'
baseline = {{ cold = 0.86, n = 250 }}
""",
    "tickets": f"""
[feature.signals.tickets]{_PROMETHEUS}\
total = 'sum(increase(support_tickets_total{{feature="drafts"}}[1m])) or vector(0)'
categories = 'sum by (category) (increase(support_tickets_total{{feature="drafts"}}[1m]))'
""",
    "injection": f"""
[feature.signals.injection]{_PROMETHEUS}\
blocked = 'sum by (class) (increase(drafts_injection_total{{action="blocked"}}[1m]))'
passed = 'sum by (class) (increase(drafts_injection_total{{action="passed"}}[1m]))'
scanned = 'sum(increase(drafts_requests_total{{path="ai"}}[1m]))'
""",
}

COHORT = """
[feature.cohorts.team]
users = ["agent-1", "agent-2"]
"""

RESTORE = """
[feature.restore]
hold_down = "15m"
"""

DRILL = """
[feature.drill]
flag = "support-drafts-ai-drill"
evaluate = true
lease = "10m"
"""

SQLITE = """
[feature.flag]
provider = "sqlite"
path = "/srv/support/flags.db"
table = "flags"
key = "support-drafts-ai"
environment = "production"
key_column = "key"
environment_column = "environment"
on_column = "enabled"
on = 1
off = 0
percent_column = "percent"
version_column = "version"
changed_at_column = "changed_at"
changed_by_column = "changed_by"
reason_column = "reason"
"""

POSTGRESQL = """
[feature.flag]
provider = "postgresql"
host = "db.example.com"
port = 5432
database = "support"
user = "console"
password = "file:/run/secrets/flags-db"
sslmode = "verify-full"
table = "product.flags"
key = "support-drafts-ai"
environment = "production"
key_column = "key"
environment_column = "environment"
on_column = "enabled"
on = true
off = false
percent_column = "percent"
version_column = "version"
changed_at_column = "changed_at"
changed_by_column = "changed_by"
reason_column = "reason"
"""

ROLLOUT = """
[feature.rollout]
stages = [
  { name = "internal", percent = 0, cohort = "team", hold = "7d" },
  { name = "5%", percent = 5, hold = "7d" },
  { name = "100%", percent = 100 },
]
"""
