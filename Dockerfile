# One image with the four programs; each service names the one it runs.
#
#   docker build --build-arg VERSION=1.2.3 -t odograph:1.2.3 .
#
# The programs are linked statically: H3's polygons are C, so the C library goes
# into them and the image needs nothing else.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=unreleased
# netgo, osusergo: the C library's own look-ups would need its shared libraries.
# timetzdata: time zones are in the programs, for reports and replays.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=1 go build -trimpath -tags netgo,osusergo,timetzdata \
    -ldflags "-s -w -linkmode external -extldflags '-static' -X github.com/odograph/odograph/internal/run.release=${VERSION}" \
    -o /out/usr/local/bin/ ./cmd/...
# The user without rights, and what it may write: /tmp and the folder of the spool.
RUN mkdir -p /out/etc/ssl/certs /out/tmp /home/odograph/spool \
    && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
    && echo 'odograph:x:65532:65532::/var/lib/odograph:/sbin/nologin' > /out/etc/passwd \
    && echo 'odograph:x:65532:' > /out/etc/group \
    && chmod 1777 /out/tmp

FROM scratch
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="Odograph" \
      org.opencontainers.image.description="Fleet telemetry of Tracksolid Pro and IoTHub trackers, into Kafka and ClickHouse" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /out/ /
COPY --from=build --chown=65532:65532 /home/odograph /var/lib/odograph
# By number, so that an orchestrator can tell that it is not root.
USER 65532:65532
WORKDIR /var/lib/odograph
ENV PATH=/usr/local/bin ODOGRAPH_SPOOL_DIR=/var/lib/odograph/spool
# The collector's webhook; the admin addresses :9101, :9102 and :9103 stay inside.
EXPOSE 8080
CMD ["odograph", "--help"]
