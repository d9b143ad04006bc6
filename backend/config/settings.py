"""Settings: defaults are safe for production; an invalid value stops the start."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO
from platformdirs import user_data_path

from backend.config.database import database_settings
from backend.config.environment import (
    backup_key_from,
    choice_from,
    choices_from,
    cluster_from,
    contact_from,
    database_from,
    flag_from,
    folder_from,
    hsts_from,
    is_this_machine,
    jitsi_from,
    mail_from,
    number_from,
    providers_from,
    refuse_public_demo,
    refuse_unknown,
    text_from,
    web_processes_here,
    words_from,
)
from backend.config.languages import TRANSLATED, offered_languages
from backend.config.logs import logging_settings
from backend.config.programs import NAMES
from backend.config.secret import secret_key_from

BASE_DIR = Path(__file__).resolve().parent.parent.parent
IS_CHECKOUT = BASE_DIR.joinpath("manage.py").is_file()  # else a wheel was installed
# All made on this machine: secret, database, model, caches.
VAR = folder_from("TITIAN_VAR", BASE_DIR / "var" if IS_CHECKOUT else user_data_path("titian"))

# --- What the environment says ------------------------------------------------------------------------

DEBUG = flag_from("TITIAN_DEBUG")
TITIAN_DEMO = flag_from("TITIAN_DEMO")  # a fictional forum to walk through: "enter as ..." and an outbox page
TITIAN_HTTPS = flag_from("TITIAN_HTTPS")  # behind a proxy that ends TLS and sets X-Forwarded-Proto
TITIAN_HOST = text_from("TITIAN_HOST", "127.0.0.1")  # the address the pages are served on
TITIAN_PORT = number_from("TITIAN_PORT", 8000, least=1, most=65535)
TITIAN_MODEL = text_from("TITIAN_MODEL")  # a folder or name of a sentence-transformers model; empty: the bundled one
MODEL_FOLDER = VAR / "models"
ENCODER_FOLDER = VAR  # of the socket on which the one process with the model listens

SECRET_KEY = text_from("SECRET_KEY") or secret_key_from(VAR / "secret_key")
ALLOWED_HOSTS = words_from("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = words_from(
    "CSRF_TRUSTED_ORIGINS", [f"https://{host}" for host in ALLOWED_HOSTS if TITIAN_HTTPS and host != "*"]
)

# Where people reach the pages; the links in mails and calendars begin with it.
_host = ALLOWED_HOSTS[0].lstrip("*.") or TITIAN_HOST
TITIAN_ADDRESS = text_from(
    "TITIAN_ADDRESS", f"https://{_host}" if TITIAN_HTTPS else f"http://127.0.0.1:{TITIAN_PORT}"
).rstrip("/")

TITIAN_IS_LOCAL = not TITIAN_HTTPS and all(
    is_this_machine(host) for host in (TITIAN_HOST, *ALLOWED_HOSTS, urlsplit(TITIAN_ADDRESS).hostname or "")
)
TITIAN_SECURITY_CONTACT = contact_from("TITIAN_SECURITY_CONTACT")  # at /.well-known/security.txt
TITIAN_ACCESSIBILITY_CONTACT = contact_from("TITIAN_ACCESSIBILITY_CONTACT")  # on the page about accessibility
TITIAN_MONITOR_TOKEN = text_from("TITIAN_MONITOR_TOKEN")  # what a monitor sends to read /metrics and delays
LOGGING = logging_settings(as_json=choice_from("TITIAN_LOGS", ["text", "json"]) == "json")

# What this machine runs; several machines share one database (docs/deploy.md).
TITIAN_PROGRAMS = choices_from("TITIAN_PROGRAMS", list(NAMES))
TITIAN_WEB_PROCESSES = number_from(
    "TITIAN_WEB_PROCESSES", web_processes_here(), least=1, most=16
)  # each uses one processor

# The scheduler of a Dask cluster on which large forums are matched, and the certificates for it.
TITIAN_CLUSTER_CERTIFICATES = folder_from("TITIAN_CLUSTER_CERTIFICATES", Path("/etc/titian/cluster"))
TITIAN_CLUSTER = cluster_from("TITIAN_CLUSTER", TITIAN_CLUSTER_CERTIFICATES)

# Hosts of this installation's own network from which a forum may fetch; no other host of it is ever asked.
TITIAN_ALLOW_PRIVATE_SOURCES = words_from("TITIAN_ALLOW_PRIVATE_SOURCES", [])

# A Jitsi of one's own whose rooms ask for a token: its address, the app's id and its secret.
TITIAN_JITSI_APP = text_from("TITIAN_JITSI_APP", "titian")
TITIAN_JITSI_SECRET = text_from("TITIAN_JITSI_SECRET")
TITIAN_JITSI = jitsi_from("TITIAN_JITSI", TITIAN_JITSI_SECRET)

# Where people sign in beside the code: OpenID Connect providers, by keys (decision 47).
TITIAN_OIDC = providers_from("TITIAN_OIDC")

TITIAN_DEMO_PUBLIC = flag_from("TITIAN_DEMO_PUBLIC")
if TITIAN_DEMO and not TITIAN_DEMO_PUBLIC:
    refuse_public_demo([TITIAN_HOST, *ALLOWED_HOSTS, urlsplit(TITIAN_ADDRESS).hostname or ""])

DATABASES = {"default": database_settings(database_from("DATABASE_URL"), VAR / "postgres")}

ERASURES = VAR / "erasures.jsonl"  # remembered beside the database, for a restored backup
HANDBOOK = BASE_DIR / ("var" if IS_CHECKOUT else "frontend") / "handbook"  # `make docs` and `make release`
BACKUPS = folder_from("TITIAN_BACKUPS", VAR / "backups")
BACKUP_KEY = backup_key_from("TITIAN_BACKUP_KEY")  # the public half; who restores has the other
BACKUP_DAYS = number_from("TITIAN_BACKUP_DAYS", 30, least=1, most=3650)  # older backups are deleted

# --- Apps ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "backend.config",
    "backend.core",
    "backend.people",
    "backend.events",
    "backend.mails",
    "backend.safeguarding",
    "backend.roles",
    "backend.roster",
    "backend.invitations",
    "backend.assistants",
    "backend.booking",
    "backend.outcomes",
    "backend.groups",
    "backend.agenda",
    "backend.notifications",
    "backend.setup",
    "backend.suggestions",
    "backend.directory",
    "backend.programme",
    "backend.audit",
    "backend.stats",
    "backend.privacy",
    "backend.integrations",
    "backend.moving",
    "backend.demo",
    "backend.benchmarks",
    "backend.config.admin.ReferenceAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "backend.config.middleware.SecretAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "backend.config.middleware.LimitsMiddleware",
    "backend.config.compression.StaticFilesMiddleware",
    "backend.config.compression.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "backend.config.middleware.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backend.config.middleware.LanguageMiddleware",
    "backend.config.middleware.AuditContextMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "backend.config.middleware.SignInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "frontend.kept_forms.KeptFormMiddleware",
]

ROOT_URLCONF = "backend.config.urls"
WSGI_APPLICATION = "backend.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates", BASE_DIR / "backend"],  # backend: <feature>/mail/,
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontend.access.event_of_page",
            ],
            "builtins": [  # in every template, without {% load %}
                "django.templatetags.i18n",
                "django.templatetags.l10n",
                "django.templatetags.static",
                *(
                    f"frontend.templatetags.{name}"
                    for name in ("binding", "kept", "navigation", "pages", "problems", "programme", "ui")
                ),
            ],
        },
    }
]

# --- People sign in by a code sent to their address, without passwords ------------------------------

AUTH_USER_MODEL = "people.Person"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # two people may read one mailbox (decision 29)
AUTHENTICATION_BACKENDS = ["backend.config.accounts.SessionBackend"]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "backend.config.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "request_login_code": "frontend.people.forms.CodeRequestForm",
    "confirm_login_code": "frontend.people.forms.CodeConfirmForm",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # whoever is on no list gets the same page and no mail
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # the code itself proves that the address is theirs
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# Codes by mail and second factors are counted in the database, by core.limits.
ACCOUNT_RATE_LIMITS = {"request_login_code": None, "login_failed": None}
MFA_RATE_LIMITS = {"webauthn_login": "3000/10m/ip"}  # a venue is behind one address
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail to its owner when a second factor comes or goes
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TITIAN_HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TITIAN_HTTPS else 0

# A second factor beside the code (decision 22).
MFA_ADAPTER = "backend.config.accounts.FactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "frontend.people.forms.PasskeyForm",
    "login_webauthn": "frontend.people.forms.PasskeyLoginForm",
    "authenticate_webauthn": "frontend.people.forms.PasskeyFactorForm",
    "reauthenticate_webauthn": "frontend.people.forms.PasskeyProofForm",
    "authenticate": "frontend.people.forms.FactorForm",
    "reauthenticate": "frontend.people.forms.FactorProofForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Titian"
MFA_TOTP_TOLERANCE = 1  # one code before and after, for clocks that are half a minute wrong

# --- The audit trail: see backend/audit ------------------------------------------------------------------

PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
PGHISTORY_APPEND_ONLY = True

# --- Mail -----------------------------------------------------------------------------------------------

if (_mail := mail_from("EMAIL_URL")) is not None:
    globals().update(_mail)
elif TITIAN_DEMO:
    EMAIL_BACKEND = "backend.demo.outbox.OutboxBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 20  # seconds a silent mail server may hold a worker
DEFAULT_FROM_EMAIL = text_from("TITIAN_MAIL_FROM", "Titian <titian@localhost>")

# --- Safety in the browser ------------------------------------------------------------------------------

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TITIAN_HTTPS else None
SECURE_SSL_REDIRECT = TITIAN_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if TITIAN_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = hsts_from(is_https=TITIAN_HTTPS)
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TITIAN_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_ENGINE = "backend.config.sessions"
SESSION_COOKIE_AGE = 30 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
# Devices and sensors that no page of ours asks for; passkeys, for our own pages.
PERMISSIONS_POLICY = {
    **dict.fromkeys(
        ("accelerometer", "camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb"), "()"
    ),
    **dict.fromkeys(("publickey-credentials-create", "publickey-credentials-get"), "(self)"),
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

refuse_unknown()  # everything has been read

# --- API: denied unless a view says who may ---------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["backend.core.api.DenyAll"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.config.accounts.ProgramAuthentication",  # the first says how to sign in: 401, not 403
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.core.api.SafeJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "backend.core.openapi.RefusalsSchema",
    "ALLOWED_VERSIONS": [None],  # the one version in the URLs; requests for another get it
    "EXCEPTION_HANDLER": "backend.core.api.refusal_response",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Titian",
    "DESCRIPTION": (
        "Suggestions of whom to meet at a policy forum, and why. Make a token under My profile, API access, "
        "and send it with every request in the header `Authorization: Token …`. Each operation names the "
        "scope that the token needs in `x-token-scope`: `read`, `act` for what participants do, or "
        "`organise` for what organisers and safeguarding leads read and do. Without it the answer is 403. "
        "Where an operation answers 202, its work goes on: read the `address` given until the `state` is "
        "`done`, then fetch the `answer`, once and within an hour."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ConstituencyEnum": "backend.people.models.Constituency.values",
        "StateEnum": "backend.events.models.events.Event.State",
        "SourceKindEnum": "backend.integrations.models.Source.Kind",
        "SourceScheduleEnum": "backend.integrations.models.Source.Schedule",
        "WebhookTypeEnum": "backend.integrations.models.Webhook.Type",
        "WebhookStateEnum": "backend.integrations.models.Webhook.State",
        "WebhookDeliveryStateEnum": "backend.integrations.models.WebhookDelivery.State",
    },
}

# --- Jobs, files, languages -------------------------------------------------------------------------------

# Only a worker loads what the jobs call: jobs are queued by name, and pages start without the matching.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = [
    f"{app}.jobs"
    for app in INSTALLED_APPS
    if app.startswith("backend.") and BASE_DIR.joinpath(*app.split("."), "jobs.py").exists()
]

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "frontend" / "static"]
WHITENOISE_USE_FINDERS = True  # straight from where they lie: no step between editing and seeing
WHITENOISE_ALLOW_ALL_ORIGINS = False

LANGUAGE_CODE = "en"
LANGUAGES = [(language.code, language.own_name) for language in offered_languages()]
# Django knows no Lao, no Filipino and no Tetum, and has no Khmer name for Khmer.
LANG_INFO |= {
    language.code: {
        "bidi": False,
        "code": language.code,
        "name": language.name,
        **LANG_INFO.get(language.code, {}),
        "name_local": language.own_name,
    }
    for language in TRANSLATED
}
FORMAT_MODULE_PATH = "backend.config.formats"
LOCALE_PATHS = [BASE_DIR / "frontend" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
