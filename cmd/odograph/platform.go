package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/polls"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// platformConfig holds the settings of commands that call the platform.
type platformConfig struct {
	config.Kafka      `koanf:",squash"`
	config.Tracksolid `koanf:",squash"`

	OperatorAppKey      string        `koanf:"operator_app_key" usage:"application key of the operator's own account"`
	OperatorAppSecret   config.Secret `koanf:"operator_app_secret" usage:"its application secret"`
	OperatorUser        string        `koanf:"operator_user" usage:"user of the operator's own account, for calls that change something (empty: the pipeline's account)"`
	OperatorPasswordMD5 config.Secret `koanf:"operator_password_md5" usage:"MD5 of its password"`
	PollRate            int           `koanf:"poll_rate" usage:"calls a minute"`
}

// Validate names every wrong value.
func (c *platformConfig) Validate() error {
	errs := []error{c.Kafka.Validate()}
	if c.TracksolidURL == "" {
		errs = append(errs, config.Invalid("tracksolid_url", "", "the address of your account's node, such as https://eu-open.tracksolidpro.com/route/rest"))
	}
	if c.PollRate < 1 {
		errs = append(errs, config.Invalid("poll_rate", c.PollRate, "1 or more"))
	}
	return errors.Join(errs...)
}

func defaultPlatformConfig() platformConfig {
	return platformConfig{Kafka: config.DefaultKafka(), PollRate: 60}
}

// A platformCaller calls the platform, with the pipeline's account or with the
// operator's own, and has the pipeline's Kafka beside it.
type platformCaller struct {
	cfg      *platformConfig
	account  openapi.Account
	own      bool // the operator's account
	client   *openapi.Client
	kafka    *kgo.Client
	operator string
}

const kafkaPatience = 10 * time.Second

// openPlatform connects. The pipeline's account shares the pipeline's token: a
// token of its own would end that one. close must be called.
func openPlatform(ctx context.Context, cfg *platformConfig) (c *platformCaller, closeAll func(), err error) {
	c = &platformCaller{cfg: cfg, own: cfg.OperatorUser != "", operator: operatorName()}
	c.account = openapi.Account{
		Name: cfg.TracksolidUser, URL: cfg.TracksolidURL, AppKey: cfg.TracksolidAppKey, AppSecret: cfg.TracksolidAppSecret.Reveal(),
		User: cfg.TracksolidUser, PasswordMD5: cfg.TracksolidPasswordMD5.Reveal(), Target: cfg.TracksolidTarget,
		AllowHTTP: cfg.TracksolidAllowHTTP, CallsPerMinute: cfg.PollRate,
	}
	if c.own {
		c.account.Name, c.account.User, c.account.PasswordMD5 = cfg.OperatorUser, cfg.OperatorUser, cfg.OperatorPasswordMD5.Reveal()
		if cfg.OperatorAppKey != "" {
			c.account.AppKey, c.account.AppSecret = cfg.OperatorAppKey, cfg.OperatorAppSecret.Reveal()
		}
	}
	log := slog.New(slog.DiscardHandler)
	opts, err := kafka.Options(cfg.Kafka, "odograph-operator", log, nil)
	if err != nil {
		return nil, nil, err
	}
	var ends []func()
	end := func() {
		for i := len(ends) - 1; i >= 0; i-- {
			ends[i]()
		}
	}
	defer func() {
		if err != nil {
			end()
		}
	}()
	if c.kafka, err = kgo.NewClient(append(opts, kgo.RequiredAcks(kgo.AllISRAcks()), kgo.RecordDeliveryTimeout(kafkaPatience))...); err != nil {
		return nil, nil, err
	}
	ends = append(ends, c.kafka.Close)
	options := openapi.Options{UserAgent: "odograph/operator", Log: log}
	if !c.own {
		ledger, stop, err := followLedger(ctx, opts, cfg.TopicPrefix)
		if err != nil {
			return nil, nil, fmt.Errorf("the pipeline's token is kept in Kafka, which does not answer: %w (set ODOGRAPH_KAFKA_BROKERS, run odograph setup if the topics are missing, or use an account of your own by ODOGRAPH_OPERATOR_USER)", err)
		}
		ends = append(ends, stop)
		store, err := polls.NewTokenStore(ledger, c.account)
		if err != nil {
			return nil, nil, err
		}
		now, err := store.Load(ctx)
		if err != nil {
			return nil, nil, err
		}
		alive := time.Now().Before(now.Expires)
		options.Store = store
		options.MayFetch = func() bool { return !alive } // else a collector holds it, and renews it
	}
	c.client, err = openapi.NewClient(c.account, options)
	return c, end, err
}

func followLedger(ctx context.Context, opts []kgo.Opt, prefix string) (*polls.Ledger, func(), error) {
	ledger, err := polls.Open(opts, prefix, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	running, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = ledger.Run(running)
	}()
	stop := func() {
		cancel()
		<-done
		ledger.Close()
	}
	wait, cancelWait := context.WithTimeout(ctx, kafkaPatience)
	defer cancelWait()
	if err := ledger.CaughtUp(wait); err != nil {
		stop()
		return nil, nil, err
	}
	return ledger, stop, nil
}

// operatorName is who runs the command, for the records of what was changed.
func operatorName() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return name
}

// put writes records of a kind into the raw topic, and returns when Kafka has
// them.
func (c *platformCaller) put(ctx context.Context, kind string, source schema.Source, rows []keyed) error {
	records := make([]*kgo.Record, 0, len(rows))
	for i, row := range rows {
		headers := schema.RawHeaders{
			Kind: kind, Source: source, Account: c.account.Name, Received: time.Now().UTC(),
			ItemID: fmt.Sprintf("operator-%x-%d", time.Now().UnixNano(), i),
		}
		r := &kgo.Record{Topic: schema.TopicRaw.Name(c.cfg.TopicPrefix), Value: row.value}
		if row.imei != "" {
			r.Key = []byte(row.imei)
		}
		for _, h := range headers.Append(nil) {
			r.Headers = append(r.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
		}
		records = append(records, r)
	}
	return c.kafka.ProduceSync(ctx, records...).FirstErr()
}

// keyed is a record's value with the device it is about.
type keyed struct {
	imei  string
	value []byte
}

// oneIMEI is the device that parameters name, if it is exactly one.
func oneIMEI(params map[string]string) string {
	for _, name := range []string{"imei", "imeis", "imei_list"} {
		if v := params[name]; v != "" && !strings.Contains(v, ",") {
			return v
		}
	}
	return ""
}
