package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/polls"
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
)

// definitionConfig is what the commands on definitions can be told.
type definitionConfig struct {
	config.Kafka `koanf:",squash"`
}

func devicesShowCommand() *cobra.Command {
	cfg := definitionConfig{Kafka: config.DefaultKafka()}
	cmd := &cobra.Command{
		Use:     "show [IMEI…]",
		Short:   "Show how devices are defined",
		Example: "  odograph devices show 860000000000001",
		RunE: func(cmd *cobra.Command, imeis []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			return withDefinitions(cmd.Context(), &cfg, func(l *polls.Ledger) error {
				return showDevices(l, imeis, cmd.OutOrStdout())
			})
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	return cmd
}

func devicesSetCommand() *cobra.Command {
	cfg := definitionConfig{Kafka: config.DefaultKafka()}
	cmd := &cobra.Command{
		Use:   "set IMEI… key=value…",
		Short: "Define what a device's vehicle is, and the limits it is judged by",
		Long: `Define what a device's vehicle is, and the limits it is judged by. Enrichers take
it within seconds and apply it from the device's next fix on; ClickHouse has it in
the table devices. An empty value takes a setting back. What the platform's list of
devices says (name, model, plate, driver) is written again by the poll.

` + settingsHelp(),
		Example: `  odograph devices set 860000000000001 vehicle_class=truck speed_limit_kmh=80
  odograph devices set 860000000000001 860000000000002 temperature_min_c=-25 temperature_max_c=-18
  odograph devices set 860000000000001 speed_limit_kmh=`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if stop, err := loadSettings(cmd, &cfg); stop || err != nil {
				return err
			}
			imeis, changes, err := parseSettings(args)
			if err != nil {
				return err
			}
			return withDefinitions(cmd.Context(), &cfg, func(l *polls.Ledger) error {
				return setDevices(cmd.Context(), l, imeis, changes, cmd.OutOrStdout())
			})
		},
	}
	config.Bind(cmd.Flags(), "odograph", &cfg)
	return cmd
}

func withDefinitions(ctx context.Context, cfg *definitionConfig, do func(*polls.Ledger) error) error {
	opts, err := kafka.Options(cfg.Kafka, "odograph-operator", slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return err
	}
	ledger, stop, err := followLedger(ctx, opts, cfg.TopicPrefix)
	if err != nil {
		return fmt.Errorf("definitions are kept in Kafka, which does not answer: %w (set ODOGRAPH_KAFKA_BROKERS, or run odograph setup if the topics are missing)", err)
	}
	defer stop()
	return do(ledger)
}

// A setting is a field of a definition that can be set by hand.
type setting struct {
	key, meaning string
	set          func(d *schema.Device, value string) error
}

func textSetting(key, meaning string, field func(*schema.Device) *string) setting {
	return setting{key, meaning, func(d *schema.Device, value string) error {
		*field(d) = value
		return nil
	}}
}

func numberSetting(key, meaning string, low, high float64, field func(*schema.Device) *schema.Opt[float64]) setting {
	return setting{key, meaning, func(d *schema.Device, value string) error {
		if value == "" {
			*field(d) = schema.Opt[float64]{}
			return nil
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || !(v >= low && v <= high) {
			return fmt.Errorf("%s is %q, want a number from %v to %v, or nothing", key, value, low, high)
		}
		*field(d) = schema.Some(v)
		return nil
	}}
}

var vehicleClasses = []string{"car", "van", "truck", "bus", "motorcycle"}

var deviceSettings = []setting{
	{"vehicle_class", strings.Join(vehicleClasses, ", ") + ": whose thresholds of harsh driving and speed limit hold", func(d *schema.Device, value string) error {
		if value != "" && driving.ClassOf(value).String() != value {
			return fmt.Errorf("vehicle_class is %q, want one of %s", value, strings.Join(vehicleClasses, ", "))
		}
		d.VehicleClass = value
		return nil
	}},
	numberSetting("speed_limit_kmh", "the vehicle's own limit, in place of its class's", 5, 300, func(d *schema.Device) *schema.Opt[float64] { return &d.SpeedLimitKMH }),
	numberSetting("temperature_min_c", "the range that its cargo must stay in", -100, 200, func(d *schema.Device) *schema.Opt[float64] { return &d.TemperatureMinC }),
	numberSetting("temperature_max_c", "", -100, 200, func(d *schema.Device) *schema.Opt[float64] { return &d.TemperatureMaxC }),
	textSetting("driver_name", "driver of trips in which nobody signs in", func(d *schema.Device) *string { return &d.DriverName }),
	textSetting("name", "", func(d *schema.Device) *string { return &d.Name }),
	textSetting("group", "", func(d *schema.Device) *string { return &d.Group }),
	textSetting("plate", "", func(d *schema.Device) *string { return &d.Plate }),
	textSetting("timezone", "of the vehicle, as Europe/Berlin", func(d *schema.Device) *string { return &d.Timezone }),
}

func settingsHelp() string {
	var b strings.Builder
	b.WriteString("Settings:")
	for _, s := range deviceSettings {
		fmt.Fprintf(&b, "\n  %-18s %s", s.key, s.meaning)
	}
	return b.String()
}

// change is one key=value of the command line.
type change struct {
	setting *setting
	value   string
}

// parseSettings divides the arguments into devices and settings.
func parseSettings(args []string) (imeis []string, changes []change, err error) {
	for _, arg := range args {
		key, value, isSetting := strings.Cut(arg, "=")
		if !isSetting {
			imeis = append(imeis, arg)
			continue
		}
		i := slices.IndexFunc(deviceSettings, func(s setting) bool { return s.key == key })
		if i < 0 {
			return nil, nil, fmt.Errorf("%s is no setting of a device\n%s", key, settingsHelp())
		}
		if err := deviceSettings[i].set(&schema.Device{}, value); err != nil {
			return nil, nil, err
		}
		changes = append(changes, change{&deviceSettings[i], value})
	}
	if len(imeis) == 0 || len(changes) == 0 {
		return nil, nil, errors.New("want at least one IMEI and one key=value, as in odograph devices set 860000000000001 vehicle_class=truck")
	}
	return imeis, changes, nil
}

func setDevices(ctx context.Context, l *polls.Ledger, imeis []string, changes []change, out io.Writer) error {
	for _, imei := range imeis {
		d, known := l.Device(imei)
		d.IMEI = imei
		for _, c := range changes {
			if err := c.setting.set(&d, c.value); err != nil {
				return err
			}
		}
		if d.TemperatureMinC.Valid && d.TemperatureMaxC.Valid && d.TemperatureMinC.Value >= d.TemperatureMaxC.Value {
			return fmt.Errorf("%s: temperature_min_c %v is not below temperature_max_c %v", imei, d.TemperatureMinC.Value, d.TemperatureMaxC.Value)
		}
		if err := l.Define(ctx, d); err != nil {
			return err
		}
		what := "changed"
		if !known {
			what = "defined (no definition of it was there before)"
		}
		if _, err := fmt.Fprintf(out, "%s %s\n", imei, what); err != nil {
			return err
		}
	}
	return nil
}

func showDevices(l *polls.Ledger, imeis []string, out io.Writer) error {
	all := l.Devices()
	if len(imeis) == 0 {
		for imei := range all {
			imeis = append(imeis, imei)
		}
		slices.Sort(imeis)
	}
	for _, imei := range imeis {
		d, ok := all[imei]
		if !ok {
			return fmt.Errorf("%s is not defined: no poll has listed it and nobody has set it", imei)
		}
		b, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s\n", b); err != nil {
			return err
		}
	}
	return nil
}
