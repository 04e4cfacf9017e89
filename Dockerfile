# Two stages: what has to be built, then what runs, as a user who owns nothing but the data.
FROM python:3.12-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.txt
COPY script/_lib.sh script/assets script/
RUN script/assets

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --create-home clientele \
    && install -d -o clientele -g clientele /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/build build
COPY clickhouse_schema clickhouse_schema
COPY analytics analytics
COPY layouts layouts
COPY callbacks callbacks
COPY dashboard dashboard
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CLIENTELE_DATA_DIR=/data \
    CLIENTELE_HOST=0.0.0.0 \
    CLIENTELE_ALLOW_REMOTE=1 \
    CLIENTELE_LOG_FORMAT=json
USER clientele
VOLUME /data
EXPOSE 8050
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8050/healthz', timeout=4)"]
CMD ["python", "-m", "dashboard", "serve"]
