"""Django's settings, made of the options and of nothing else."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from rtk.console import issuer, limits, mail, options, safety
from rtk.console.database import from_url
from rtk.log import LogFormat, formatter

PORT = options.number("RTK_PORT")
PUBLIC_URL = options.text("RTK_PUBLIC_URL").rstrip("/") or f"http://localhost:{PORT}"
_PUBLIC = urlsplit(PUBLIC_URL)
_HTTPS = _PUBLIC.scheme == "https"

SECRET_KEY = options.text("RTK_SECRET_KEY") or secrets.token_urlsafe(50)  # rather a new one than one that is known
DEBUG = options.flag("RTK_DEBUG")
ALLOWED_HOSTS = safety.allowed_hosts(safety.chosen())
# Behind a proxy a browser's origin is the public address, which need not be the host that comes here.
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

_OURS = ["people", "store", "api", "notify", "pages"]
INSTALLED_APPS = [
    "procrastinate.contrib.django",
    *[f"rtk.console.{app}" for app in _OURS if (Path(__file__).parent / app / "apps.py").exists()],
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "ninja",
]
# From outside in. A file needs no session and a probe no page: both are answered before the layers of sessions.
MIDDLEWARE = [
    "rtk.console.access.Led",
    "django.middleware.security.SecurityMiddleware",
    "rtk.console.people.headers.SecurityHeaders",
    "rtk.console.pages.files.Files",
    "rtk.console.api.probe.Probe",
    "rtk.console.people.browser_layers.SessionLayer",
    "django.middleware.common.CommonMiddleware",
    "rtk.console.people.browser_layers.ForgeryLayer",
    "rtk.console.people.browser_layers.SignedInLayer",
    "rtk.console.people.browser_layers.MessageLayer",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rtk.console.people.session_activity.SessionActivityMiddleware",
    "rtk.console.people.throttle.Throttle",
]
ROOT_URLCONF = "rtk.console.urls"
ASGI_APPLICATION = "rtk.console.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": from_url(options.text("DATABASE_URL"), options.limit(limits.DATABASE_CONNECTIONS))}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None  # rtk.console.jobs.duties says what there is to do
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Nothing rests on what is in here: whatever is counted is in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# People: how they sign up and in. Who may, is for rtk.console.people to say.
AUTH_USER_MODEL = "people.User"
SIGN_UP = options.choice("RTK_SIGN_UP")
NEW_ORGANIZATIONS = options.choice("RTK_NEW_ORGANIZATIONS")
AUTHENTICATION_BACKENDS = ["rtk.console.people.passwords.Passwords"]
# An address may be typed into several accounts: it is one account's alone once it is confirmed.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "rtk.console.people.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "rtk.console.people.adapters.SocialAdapter"
ACCOUNT_FORMS = {
    "signup": "rtk.console.people.sign_in_forms.SignUpForm",
    "change_password": "rtk.console.people.forms.PasswordForm",
    "reset_password": "rtk.console.people.sign_in_forms.ResetForm",
}
SOCIALACCOUNT_FORMS = {"signup": "rtk.console.people.sign_in_forms.SocialSignUpForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# Of those that are confirmed, which the database holds as well.
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "rtk.console.people.resets.ResetLinks"  # noqa: S105 - no password
# No page tells whether an address has an account.
ACCOUNT_PREVENT_ENUMERATION = "strict"
# allauth counts in a cache, and by addresses that others share. rtk.console.people.throttle and attempts do it instead.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_USER_DISPLAY = "rtk.console.people.names.in_messages"
# Without a mail server nobody could confirm an address.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if options.text("RTK_MAIL_URL") else "none"
# Addresses that are told to an issuer or mailed are those that people reach, whatever a proxy says of itself.
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = options.number("RTK_TRUSTED_PROXIES")
MFA_FORMS = {
    "activate_totp": "rtk.console.people.codes.ActivateForm",
    "authenticate": "rtk.console.people.codes.AuthenticateForm",
    "reauthenticate": "rtk.console.people.codes.ReauthenticateForm",
    "add_webauthn": "rtk.console.people.passkeys.NewPasskeyForm",
    "edit_webauthn": "rtk.console.people.passkeys.PasskeyNameForm",
    "login_webauthn": "rtk.console.people.passkeys.PasskeyLoginForm",
    "authenticate_webauthn": "rtk.console.people.passkeys.SecondFactorPasskeyForm",
    "reauthenticate_webauthn": "rtk.console.people.passkeys.RenewingPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # periods of 30 s: clocks of telephones differ, and people type slowly
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Whatever opens a new way in asks for it, and people.reauthentication says of whom.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")  # and by no code in a mail, which newer releases would send
ACCOUNT_REAUTHENTICATION_TIMEOUT = options.limit(limits.REAUTHENTICATION) * 60
USERSESSIONS_TRACK_ACTIVITY = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": issuer.apps(), "provider_class": "rtk.console.people.sign_on.SignOnProvider"}
}

# What browsers may do.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
# So named, browsers take a cookie from this host alone: a neighbour below the same domain signs nobody in as another.
COOKIE_PREFIX = "__Host-" if _HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}rtk_session", f"{COOKIE_PREFIX}rtk_csrf"
# Strict would send nobody's session along who comes by a link in a mail.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
X_FRAME_OPTIONS = "DENY"
if options.number("RTK_TRUSTED_PROXIES"):
    # Only behind a proxy that is trusted to set it: anybody else can write what they like into it.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

for each in limits.LIMITS:
    options.limit(each)  # whatever reads it later, one that cannot be is refused now
DATA_UPLOAD_MAX_MEMORY_SIZE = options.limit(limits.BODY) * 2**20
FORM_LIMIT = options.limit(limits.FORM) * 2**10
BODIES_AT_ONCE = options.limit(limits.BODIES) * 2**20
LEAST_RATE = options.limit(limits.LEAST_RATE)
RETENTION_DAYS = options.limit(limits.RETENTION)
IMAGE = options.text("RTK_IMAGE")
PACKAGE = options.text("RTK_PACKAGE")
if PACKAGE:
    options.address("RTK_PACKAGE", PACKAGE, "https://files.example.com/reliability_toolkit-0.1.0-py3-none-any.whl")

vars().update(mail.settings(options.text("RTK_MAIL_URL")))
WORKER = options.flag("RTK_WORKER")
NOTIFY_OWN_NETWORK = options.flag("RTK_NOTIFY_OWN_NETWORK")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = options.text("RTK_MAIL_FROM")

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # the files are few and come from the package: there is nothing to collect
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/pages/dist/.+-[\w-]{8}\.\w+$"  # their names say what is in them

ACCESS_LINES = options.limit(limits.ACCESS_LINES)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": lambda: formatter(LogFormat(options.choice("RTK_LOG_FORMAT")))}},
    "filters": {
        "one line": {"()": "rtk.console.oneline.OneLine"},
        "bounded": {
            "()": "rtk.console.lines.Bounded",
            "most": options.limit(limits.LOG_LINES),
            "counted": ["rtk.console.access"],
        },
        "secrecy": {"()": "rtk.console.secrecy.Secrecy"},
    },
    "handlers": {
        "stderr": {
            "class": "rtk.console.log_stream.LogStream",
            "formatter": "line",
            "filters": ["bounded", "secrecy"],  # in this order: to look for secrets takes a while
        }
    },
    "loggers": {
        "django.security.DisallowedHost": {"filters": ["one line"]},
        "rtk.console.access": {"level": "INFO" if ACCESS_LINES else "CRITICAL"},
        # What goes wrong is counted and logged by rtk.console.jobs, and each job that goes well is no news.
        "procrastinate": {"level": "CRITICAL"},
    },
    "root": {"handlers": ["stderr"], "level": options.choice("RTK_LOG_LEVEL").upper()},
}
