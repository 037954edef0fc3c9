# The program alone: the wheel with the dependencies that the lock file pins, no tools, no root.
# Needs nothing to be writable but the folders of keys and log, and /tmp: run it with a read-only root.
FROM python:3.13.18-slim-trixie AS build
WORKDIR /src
COPY requirements.lock ./
# Everything by hash and nothing built, and nothing is looked for beyond it, where a newer release would be
# found; what is installed afterwards comes from here and from nowhere else.
RUN pip download --no-cache-dir --no-deps --require-hashes --only-binary :all: --requirement requirements.lock \
    --dest /wheels
COPY . .
RUN pip wheel --no-index --find-links /wheels --no-deps --wheel-dir /wheels . \
    && python -m venv --without-pip /app \
    && pip --python /app/bin/python install --no-index --find-links /wheels 'processing-ledger[pdf]'

FROM python:3.13.18-slim-trixie
RUN pip uninstall --yes --root-user-action=ignore pip \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/processing-ledger \
        --shell /usr/sbin/nologin ledger \
    && chmod 0700 /var/lib/processing-ledger \
    && install --directory --owner ledger --mode 0700 /var/lib/processing-ledger-log-key \
    && install --directory --owner ledger --mode 0700 /var/lib/processing-ledger-push \
    && install --directory --owner ledger --mode 0755 /var/lib/processing-ledger-log
COPY --from=build /app /app
USER 10001
ENV LEDGER_DATA_DIR=/var/lib/processing-ledger \
    LEDGER_KEY_DIR=/var/lib/processing-ledger/keys \
    LEDGER_LOG_DIR=/var/lib/processing-ledger-log \
    LEDGER_LOG_KEY_FILE=/var/lib/processing-ledger-log-key/log.key \
    PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
STOPSIGNAL SIGTERM
ENTRYPOINT ["ledger"]
