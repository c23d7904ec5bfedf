# Two stages: the first compiles, the second has what runs. The sandbox needs nothing special of the engine: Landlock and seccomp
# work for a normal user in a container. (Docker's own seccomp filter allows Landlock's calls since 20.10.)
FROM rust:1-slim-bookworm AS rust
FROM node:22-bookworm-slim AS build
COPY --from=rust /usr/local/cargo /usr/local/cargo
COPY --from=rust /usr/local/rustup /usr/local/rustup
ENV PATH=/usr/local/cargo/bin:$PATH CARGO_HOME=/usr/local/cargo RUSTUP_HOME=/usr/local/rustup
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN node tools/build.mjs && node tools/stage-image.mjs /out

FROM node:22-bookworm-slim
COPY --from=build /out /opt/lever-runner
RUN ln -s /opt/lever-runner/packages/lever-runner/bin/lever.cjs /usr/local/bin/lever \
    && useradd --create-home --uid 10001 lever && install -d -o lever -g lever -m 700 /var/lib/lever-runner
ENV LEVER_HOME=/var/lib/lever-runner HTTP_BIND=0.0.0.0 HTTP_PORT=8765 NODE_ENV=production
VOLUME /var/lib/lever-runner
USER lever
WORKDIR /home/lever
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:8765/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# HTTP_API_TOKEN has to be set: an address that others can reach is not opened without one.
CMD ["lever", "serve"]
