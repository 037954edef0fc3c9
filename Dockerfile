# The program alone: the wheel and its locked dependencies, no tools, no root.
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /app \
    && /app/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && /app/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /var/lib/processing-ledger --uid 10001 ledger
COPY --from=build /app /app
USER ledger
VOLUME /var/lib/processing-ledger
ENV LEDGER_KEY_DIR=/var/lib/processing-ledger/keys
ENTRYPOINT ["/app/bin/ledger"]
