# syntax=docker/dockerfile:1

# Build. The compiler is the oldest that the project supports; FEATURES may be empty.
FROM rust:1.89-slim-bookworm AS build
# perl and make build OpenSSL for the feature postgres-tls. Versions of Debian's packages are not pinned: only the newest are kept there.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libc6-dev gcc make perl \
    && rm -rf /var/lib/apt/lists/*
ARG FEATURES=postgres-tls,s3
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked --package bazdid --features "$FEATURES" \
    && install -D target/dist/bazdid /out/bazdid

# Run. The program needs the C library, and certificates for an S3-compatible store.
FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 bazdid \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/bazdid --shell /usr/sbin/nologin bazdid \
    && install -d -o bazdid -g bazdid -m 0750 /var/lib/bazdid /var/lib/bazdid/data
COPY LICENSE crates/demo-data/data/README.md /usr/share/doc/bazdid/
COPY --from=build /out/bazdid /usr/local/bin/bazdid

LABEL org.opencontainers.image.title="bazdid" \
      org.opencontainers.image.description="Backend for municipal field work" \
      org.opencontainers.image.licenses="Apache-2.0 AND ODbL-1.0"

USER 10001:10001
# bazdid.toml is looked for here. Database, key file and photos are in data: one volume, to be backed up (docs/operators.md).
WORKDIR /var/lib/bazdid
VOLUME ["/var/lib/bazdid/data"]

ENV BAZDID_SERVER__BIND=0.0.0.0 \
    BAZDID_TELEMETRY__FORMAT=json
EXPOSE 8080

# Ready: the database answers and no migration waits.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${BAZDID_SERVER__PORT:-8080} && printf 'GET /readyz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]

# The first signal lets requests finish, for server.grace_s (20 s): stop with a timeout of 30 s.
STOPSIGNAL SIGTERM
ENTRYPOINT ["bazdid"]
CMD ["serve"]
