# One image for both processes: `plumbline server` and `plumbline agent`.
FROM golang:1.26-bookworm AS renderers
COPY tools/go /src
ENV CGO_ENABLED=0 GOBIN=/out
RUN cd /src/helm && go build -trimpath -ldflags="-s -w" -o /out/helm helm.sh/helm/v4/cmd/helm \
 && cd /src/kustomize && go build -trimpath -ldflags="-s -w" -o /out/kustomize sigs.k8s.io/kustomize/kustomize/v5

FROM node:24-bookworm-slim AS program
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY bin bin
COPY src src
COPY tools/build tools/build
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=renderers /out/helm /out/kustomize /usr/local/bin/
WORKDIR /app
COPY --from=program /app /app
COPY deploy/crds deploy/crds
COPY app.yml app.yml
USER node
ENTRYPOINT ["/app/bin/plumbline.js"]
