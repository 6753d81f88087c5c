"""All settings. What differs between machines comes from the environment:

REDIS_URL DATABASE_URL SECRET_KEY ALLOWED_HOSTS (comma separated) DEBUG=1 REDRIVE_VAR (folder for database, key, locks)
REDRIVE_RUNS_A_MINUTE (how many runs one address may start)
"""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from csp.constants import NONE, SELF

from visualizer import addresses

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("REDRIVE_VAR") or BASE_DIR / "var")

# every limit of the site; the terminal has none
REDRIVE: dict[str, int] = {
    "events": 100_000,
    "records": 1_000_000,
    "told_records": 125_000,  # what the sentence above the figure is read from: a poison message of 14 days fits
    "first_paint_records": 2_000,  # what a page shows of its run before anybody presses Run
    "link_bytes": 8 * 1024,
    "scenario_bytes": 64 * 1024,
    # how many records the first, the second and every later frame of a run holds
    "first_frame": 1,
    "second_frame": 10,
    "frame": 500,
    # a trace is a cache: it goes this long after its last frame and is simulated again when somebody looks
    "stream_expiry_s": 3600,
    # below the visibility timeout, or the broker hands a run to a second worker
    "run_soft_s": 45,
    "run_hard_s": 55,
    "visibility_timeout_s": 60,
    # a worker waits so long for a Redis server that is away; then the run stays unfinished
    "patience_s": 20,
    # a run that takes its worker down with it is not tried for ever
    "tries": 8,
    # a watched run without news for this long is queued again, once in `again_s`
    "silent_s": 3,
    "again_s": 20,
    # what still holds is said again after this long: a page takes a line that is silent for 30 s for dead
    "say_again_s": 10,
    "runs_a_minute": int(os.environ.get("REDRIVE_RUNS_A_MINUTE") or 30),
}


def _secret_key() -> str:
    """The key of this installation: made at the first run, kept in var/secret_key, readable by its owner only."""
    path = VAR / "secret_key"
    try:
        VAR.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # written aside and linked, so that a second process never reads half a key
            handle, draft = tempfile.mkstemp(dir=VAR)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                Path(draft).unlink()
        return path.read_text().strip()
    except OSError:
        # a read-only folder: good enough for the terminal, which signs nothing
        return secrets.token_urlsafe(48)


SECRET_KEY = os.environ.get("SECRET_KEY") or _secret_key()
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "simulations",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    # pages hold their whole run; Django hides the lengths that would give a secret away (BREACH), and masks its CSRF tokens
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "visualizer.urls"
ASGI_APPLICATION = "visualizer.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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

_database_url = os.environ.get("DATABASE_URL")
DATABASES = {
    "default": addresses.database(_database_url) if _database_url else addresses.sqlite(str(VAR / "db.sqlite3"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * REDRIVE["scenario_bytes"]

REDIS_URL = addresses.client_url(os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0")

CELERY_BROKER_URL = addresses.broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": REDRIVE["visibility_timeout_s"],
    # kombu looks for lost messages every interval x throttle seconds; its defaults make that 100
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = REDRIVE["run_soft_s"]
CELERY_TASK_TIME_LIMIT = REDRIVE["run_hard_s"]
# somebody waits for the answer: say that the broker is away rather than try for long
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False


def _static_version() -> str:
    """A name for what stands in static/: another content, another address, so that files may be kept for ever."""
    digest = hashlib.sha256()
    for path in sorted((BASE_DIR / "static").rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(BASE_DIR)}\n{path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


# modules import each other by relative names, so the folder carries the version and not the file
STATIC_VERSION = "debug" if DEBUG else _static_version()
STATIC_URL = f"/static/{STATIC_VERSION}/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR / "static" / STATIC_VERSION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "visualizer.static_files.LightStorage"},
}
# `serve` collects and compresses once for each version; without it (tests, DEBUG) files come from where they are
STATIC_COLLECTED = STATIC_ROOT.with_suffix(".collected")
SERVESTATIC_USE_STATIC_ROOT = not DEBUG and STATIC_COLLECTED.exists()
SERVESTATIC_USE_FINDERS = not SERVESTATIC_USE_STATIC_ROOT
SERVESTATIC_USE_MANIFEST = False
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_ALLOW_ALL_ORIGINS = False
SERVESTATIC_MAX_AGE = 0 if DEBUG else 365 * 86_400

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # Plotly adds one empty <style> and fills it by rules; this is the hash of the empty text
        "style-src": [SELF, "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SAMESITE = "Lax"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
