// Package deploy checks what Odograph is deployed with: docker-compose.yml, the
// Helm chart, and Prometheus's rules with their cases. It uses the tools' own
// libraries and needs no cluster, no daemon and no network.
//
// It is a module of its own, so that its many dependencies are none of the
// programs'. `make check` runs it.
package deploy
