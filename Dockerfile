# One image for both programs: `src/bin/relay.js`, `src/bin/controller.js`.
#
# The tag is exact; who wants the digest too gives it:
#   --build-arg BASE=node:26.10.0-bookworm-slim@sha256:…
ARG BASE=node:26.10.0-bookworm-slim

FROM ${BASE} AS build
WORKDIR /postern
COPY package.json package-lock.json .npmrc ./
RUN ["npm", "ci", "--omit=dev", "--ignore-scripts"]
COPY LICENSE ./
COPY src src

FROM ${BASE}
LABEL org.opencontainers.image.title="Postern" \
      org.opencontainers.image.description="A mail ingress for Kubernetes" \
      org.opencontainers.image.licenses="Apache-2.0"
# jemalloc holds what OpenSSL and Node allocate in less than glibc's heap does, and gives it back.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libjemalloc2 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/ldconfig/* /var/log/apt /var/log/dpkg.log
# Nothing is installed or fetched at run time.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx \
      /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
    && mkdir --parents /postern/.compile-cache \
    && chown 65532:65532 /postern/.compile-cache
WORKDIR /postern
COPY --from=build /postern ./
# Without it, stripping types costs a start 125 ms and 40 MB. Node keeps one cache a user id, so it is
# filled by the one that will run; another id works without a cache. It is only read later, so that
# the root file system can be read-only.
ENV NODE_COMPILE_CACHE=/postern/.compile-cache
# By its bare name: the loader knows the folder of each architecture.
ENV LD_PRELOAD=libjemalloc.so.2
# One arena for all threads: a second one costs memory, and saves a program of one loop no time.
ENV MALLOC_CONF=narenas:1
# The same for glibc, whose heap it is where LD_PRELOAD is taken away.
ENV MALLOC_ARENA_MAX=1
USER 65532:65532
RUN ["node", "src/bin/relay.js", "--version"]
RUN ["node", "src/bin/controller.js", "--version"]
RUN ["node", "--import", "./src/bin/cluster.ts", "--eval", ""]
# No shell between: signals reach the program. One loop is all that a relay has: V8's collector with threads of its own
# would stop it ten times as long wherever they share its core. A young generation of 48 MiB in place of 96 spares memory, and
# since nothing of a session outlives it, V8 is not to guess what will (pretenuring): what is old at birth keeps the rest alive.
# V8's middle compiler makes large code of what runs once a session: without it a session costs a tenth less once the last has
# been at work, which therefore begins earlier.
ENTRYPOINT ["node", "--single-threaded-gc", "--max-semi-space-size=16", "--no-allocation-site-pretenuring", "--no-maglev", "--invocation-count-for-turbofan=1000"]
CMD ["src/bin/relay.js", "--from", "/run/postern"]
