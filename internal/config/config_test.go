package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/odograph/odograph/internal/config"
)

type settings struct {
	config.Kafka      `koanf:",squash"`
	config.ClickHouse `koanf:",squash"`
	Listen            string          `koanf:"listen" usage:"address"`
	Wait              time.Duration   `koanf:"wait" usage:"how long"`
	Tokens            []config.Secret `koanf:"tokens" usage:"tokens"`
	Most              int             `koanf:"most" usage:"how many"`
	Insecure          bool            `koanf:"insecure" usage:"danger"`
}

func (s *settings) Validate() error {
	return errors.Join(s.Kafka.Validate(), s.ClickHouse.Validate())
}

func load(t *testing.T, yaml string, args ...string) (settings, error) {
	t.Helper()
	cfg := settings{Kafka: config.DefaultKafka(), ClickHouse: config.DefaultClickHouse(), Listen: ":8080", Wait: time.Second}
	fs := pflag.NewFlagSet("collector", pflag.ContinueOnError)
	config.Bind(fs, "collector", &cfg)
	if yaml != "" {
		path := filepath.Join(t.TempDir(), "odograph.yaml")
		if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", path)
	}
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return cfg, errors.Join(config.Load(fs, "collector", &cfg), nil)
}

func TestPrecedence(t *testing.T) {
	file := "kafka_brokers: [a:1]\ncollector:\n  listen: ':1'\n  wait: 2s\n  most: 3\n  tokens: [x, y]\n"
	t.Setenv("ODOGRAPH_LISTEN", ":2")
	t.Setenv("ODOGRAPH_MOST", "4")
	fs := pflag.NewFlagSet("collector", pflag.ContinueOnError)
	cfg := settings{Kafka: config.DefaultKafka(), ClickHouse: config.DefaultClickHouse(), Insecure: true}
	config.Bind(fs, "collector", &cfg)
	path := filepath.Join(t.TempDir(), "f.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := fs.Parse([]string{"--config", path, "--most", "5"}); err != nil {
		t.Fatal(err)
	}
	if err := config.Load(fs, "collector", &cfg); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%v %v %v %v %v %v", cfg.KafkaBrokers, cfg.Listen, cfg.Wait, cfg.Most, len(cfg.Tokens), cfg.Insecure)
	if want := "[a:1] :2 2s 5 2 true"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestListFromEnvironment(t *testing.T) {
	t.Setenv("ODOGRAPH_KAFKA_BROKERS", "a:1,b:2")
	t.Setenv("ODOGRAPH_TOKENS", "one,two")
	fs := pflag.NewFlagSet("collector", pflag.ContinueOnError)
	cfg := settings{Kafka: config.DefaultKafka(), ClickHouse: config.DefaultClickHouse()}
	config.Bind(fs, "collector", &cfg)
	if err := config.Load(fs, "collector", &cfg); err != nil {
		t.Fatal(err)
	}
	if len(cfg.KafkaBrokers) != 2 || len(cfg.Tokens) != 2 || cfg.Tokens[1].Reveal() != "two" {
		t.Errorf("got %v and %d tokens", cfg.KafkaBrokers, len(cfg.Tokens))
	}
}

func TestWrongValuesAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		yaml string
		args []string
		want []string
	}{
		"bad duration":     {yaml: "collector: {wait: soon}", want: []string{"wait", "soon", "duration"}},
		"bad number":       {yaml: "collector: {most: many}", want: []string{"most", "many", "whole number"}},
		"unknown own key":  {yaml: "collector: {lisen: ':1'}", want: []string{"lisen", "collector", "listen"}},
		"unknown root key": {yaml: "kafka_broker: x", want: []string{"kafka_broker", "kafka_brokers"}},
		"bad broker":       {args: []string{"--kafka-brokers", "nohost"}, want: []string{"kafka_brokers", "nohost", "host:port"}},
		"bad dsn":          {args: []string{"--clickhouse-dsn", "http://u:verysecret@h/x"}, want: []string{"clickhouse_dsn", "***", "clickhouse://"}},
		"not yaml":         {yaml: "a: [", want: []string{"not YAML"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, c.yaml, c.args...)
			if err == nil {
				t.Fatal("was taken")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not name %q", err, w)
				}
			}
			if strings.Contains(err.Error(), "verysecret") {
				t.Errorf("the secret is in %q", err)
			}
		})
	}
}

func TestOtherSectionsAreLeftAlone(t *testing.T) {
	if _, err := load(t, "sink: {batch_rows: 5}\ncollector: {listen: ':1'}"); err != nil {
		t.Fatal(err)
	}
}

func TestSecretNeverPrints(t *testing.T) {
	s := struct{ S config.Secret }{"hunter2"}
	j, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%v %+v %#v %s %s %q", s, s, s, s.S, j, s.S)
	if strings.Contains(all, "hunter2") {
		t.Errorf("the secret is in %s", all)
	}
}
