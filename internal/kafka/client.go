// Package kafka gives every component the same connection to Kafka, and
// creates the topics.
package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
	"github.com/twmb/franz-go/plugin/kprom"
	"github.com/twmb/franz-go/plugin/kslog"

	"github.com/odograph/odograph/internal/config"
)

// Options are the options of every client of a component: addresses, TLS,
// SASL, logs and metrics. reg may be nil.
func Options(cfg config.Kafka, clientID string, log *slog.Logger, reg prometheus.Registerer) ([]kgo.Opt, error) {
	opts := []kgo.Opt{
		kgo.SeedBrokers(cfg.KafkaBrokers...),
		kgo.ClientID(clientID),
		kgo.WithLogger(quiet{kslog.New(log.With("client", clientID))}),
		// A topic that nobody made is a mistake in the prefix or a missing
		// setup, and must be seen rather than made with wrong settings.
		kgo.UnknownTopicRetries(4),
		kgo.RetryBackoffFn(retryWait),
		// What fails for a moment (a partition that moves, a transaction whose
		// predecessor is still being ended) is tried again after the next look
		// at the cluster, for which the client's default is 5 s.
		kgo.MetadataMinAge(metadataMinAge),
	}
	if reg != nil {
		opts = append(opts, kgo.WithHooks(kprom.NewMetrics("odograph_kafka", kprom.Registerer(reg), kprom.WithClientLabel())))
	}
	if cfg.KafkaTLS {
		tlsCfg, err := tlsConfig(cfg.KafkaCAFile)
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.DialTLSConfig(tlsCfg))
	}
	user, password := cfg.KafkaUser, cfg.KafkaPassword.Reveal()
	switch cfg.KafkaSASLMechanism {
	case "":
	case "PLAIN":
		opts = append(opts, kgo.SASL(plain.Auth{User: user, Pass: password}.AsMechanism()))
	case "SCRAM-SHA-256":
		opts = append(opts, kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha256Mechanism()))
	case "SCRAM-SHA-512":
		opts = append(opts, kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha512Mechanism()))
	default:
		return nil, config.Invalid("kafka_sasl_mechanism", cfg.KafkaSASLMechanism, "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or nothing")
	}
	return opts, nil
}

const metadataMinAge = 250 * time.Millisecond

// retryWait grows to 2 s, so that a broker that is back is found soon.
func retryWait(fails int) time.Duration {
	return min(50*time.Millisecond<<min(fails, 6), 2*time.Second)
}

func tlsConfig(caFile string) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return cfg, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("kafka_ca_file: %w", err)
	}
	cfg.RootCAs = x509.NewCertPool()
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("kafka_ca_file %s: holds no PEM certificate", caFile)
	}
	return cfg, nil
}

// quiet writes what the client calls information as debug: it has several
// lines for each transaction.
type quiet struct{ kgo.Logger }

func (q quiet) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	if level == kgo.LogLevelInfo {
		level = kgo.LogLevelDebug
	}
	if q.Level() >= level {
		q.Logger.Log(level, msg, keyvals...)
	}
}
