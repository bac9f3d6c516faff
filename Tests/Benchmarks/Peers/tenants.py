"""django-tenants with our own migration files: milliseconds a tenant to make, to migrate with nothing to do, to add a column."""

import importlib
import json
import os
import pathlib
import sys
import tempfile
import time
import urllib.parse


def configure(arguments: dict, folder: pathlib.Path) -> None:
    """Two apps: `owners` shared by all with the table of tenants, `company` with our tables in each schema."""
    from django.conf import settings

    for app in ("owners", "company"):
        (folder / app / "migrations").mkdir(parents=True)
        (folder / app / "__init__.py").touch()
        (folder / app / "migrations" / "__init__.py").touch()
    (folder / "owners" / "models.py").write_text(
        "from django.db import models\n"
        "from django_tenants.models import DomainMixin, TenantMixin\n"
        "class Client(TenantMixin):\n"
        "    auto_create_schema = True\n"
        "    class Meta: app_label = 'owners'\n"
        "class Domain(DomainMixin):\n"
        "    class Meta: app_label = 'owners'\n"
    )
    (folder / "company" / "models.py").touch()
    sys.path.insert(0, str(folder))
    previous = None
    for file in sorted(pathlib.Path(arguments["migrations"]).glob("*.sql")):
        previous = write_migration(folder, "m" + file.stem, file.read_text(), previous)
    url = urllib.parse.urlparse(arguments["url"])
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django_tenants.postgresql_backend",
                "NAME": url.path[1:],
                "USER": url.username,
                "HOST": url.hostname,
                "PORT": url.port,
            }
        },
        DATABASE_ROUTERS=("django_tenants.routers.TenantSyncRouter",),
        SHARED_APPS=("django_tenants", "django.contrib.contenttypes", "owners"),
        TENANT_APPS=("company",),
        INSTALLED_APPS=("django_tenants", "django.contrib.contenttypes", "owners", "company"),
        TENANT_MODEL="owners.Client",
        TENANT_DOMAIN_MODEL="owners.Domain",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )


def write_migration(folder: pathlib.Path, name: str, sql: str, previous: str | None) -> str:
    dependencies = [] if previous is None else [("company", previous)]
    (folder / "company" / "migrations" / f"{name}.py").write_text(
        "from django.db import migrations\n"
        "class Migration(migrations.Migration):\n"
        f"    dependencies = {dependencies!r}\n"
        f"    operations = [migrations.RunSQL([{sql!r}])]\n"
    )
    return name


def main() -> None:
    arguments = json.loads(sys.argv[1])
    folder = pathlib.Path(tempfile.mkdtemp())
    configure(arguments, folder)
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    quiet = {"verbosity": 0, "interactive": False}
    call_command("makemigrations", "owners", **quiet)
    importlib.invalidate_caches()
    call_command("migrate_schemas", shared=True, **quiet)
    from owners.models import Client

    count = arguments["tenants"]
    durations = []
    for number in range(count):
        began = time.perf_counter()
        Client(schema_name=f"tenant_{number}").save(verbosity=0)
        durations.append((time.perf_counter() - began) * 1000)

    def migrate() -> float:
        began = time.perf_counter()
        call_command("migrate_schemas", tenant=True, **quiet)
        return (time.perf_counter() - began) * 1000 / count

    noop = migrate()
    last = sorted(path.stem for path in (folder / "company" / "migrations").glob("m*.py"))[-1]
    write_migration(folder, "m9001_extra", arguments["extra"], last)
    importlib.invalidate_caches()
    column = migrate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'tenant_0'")
        tables = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_attribute WHERE attname = 'bench_note'")
        assert cursor.fetchone()[0] == count
    durations.sort()
    print(json.dumps({"create": durations[len(durations) // 2], "noop": noop, "column": column, "tables": tables}))
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else os.rmdir(path)
    os.rmdir(folder)


main()
