package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/simulate"
)

// simulation holds the flags of odograph simulate.
type simulation struct {
	send    simulate.SendConfig
	fleet   simulate.FleetConfig
	disturb simulate.DisturbConfig
	csv     simulate.CSVConfig

	length    time.Duration // wall time of a fleet
	start     string
	speedup   float64
	delimiter string
	zone      string
	speedUnit string

	serve serving
}

func simulateCommand() *cobra.Command {
	var s simulation
	cmd := &cobra.Command{
		Use:   "simulate [FILE.csv[.gz]…]",
		Short: "Send the pushes of a synthetic fleet, or replay recorded drives, to a collector",
		Long: `Send genuine platform pushes to a collector: those of a synthetic fleet that
drives through a generated city, or the positions of recorded drives.

Each request is repeated until the collector answers; at the end the command
says how many items were acknowledged. It ends with status 1 if any item was
neither acknowledged nor refused.

Without --rate a fleet sends in real time. With --rate its time runs as fast as
the rate asks for, and ends now, since a fix from the future would be refused.

In a replay, what the file has wrong is sent as it stands, so that the pipeline
has to find it. A device that is not an IMEI gets a made-up one, always the same.`,
		Example: `  # 100 vehicles, a fix every 10 s each, for a minute
  odograph simulate --token secret --devices 100 --interval 10s --for 1m

  # load: 5000 items a second, with repeats, disorder and faults
  odograph simulate --token secret --devices 2000 --rate 5000 --for 30s --duplicates 0.05 --disorder 0.02 --faults 0.001

  # a day of a bus fleet, as fast as the collector answers
  odograph simulate --token secret --imei-column vehicle_id --time-column timestamp --time-layout rfc3339 \
    --lat-column latitude --lng-column longitude --speed-column speed --speed-unit mps 2016-01-17.csv.gz

  # date and time in two columns, a device a file
  odograph simulate --token secret --time-column Date --time-column Time --time-layout '1/2/2006 15:4:5' \
    --lat-column LAT --lng-column LON --speed-column Speed --altitude-column ALT T1_*.csv.gz

  # semicolons, decimal commas, local time
  odograph simulate --token secret --delimiter ';' --decimal-comma --imei-column ID \
    --time-column DAY_CORRIGIDO --time-column PR --time-layout '2/1/2006 15:04:05' --time-zone America/Sao_Paulo \
    --lat-column LAT --lng-column LONG --speed-column SPD_KMH --heading-column HEADING driver_A.csv.gz

  # the simulated platform, for polls and for pushes to a collector
  odograph simulate --serve 127.0.0.1:8765 --devices 20 --url http://127.0.0.1:8080 --token secret

  # ten times faster than it was driven
  odograph simulate --token secret --imei-column drive --time-column time_utc --time-layout rfc3339 --speedup 10 \
    --lat-column gps_lat --lng-column gps_long --speed-column speed_mph --speed-unit mph --heading-column gps_heading_raw drives.csv.gz`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if s.send.Token == "" {
				token, err := config.FirstFromEnvironment("ODOGRAPH_PUSH_TOKEN")
				if err != nil {
					return err
				}
				s.send.Token = token.Reveal()
			}
			if s.serve.listen != "" {
				return s.servePlatform(cmd.Context(), cmd.OutOrStdout())
			}
			src, err := s.source(files)
			if err != nil {
				return err
			}
			return s.run(cmd.Context(), src, cmd.OutOrStdout(), len(files) == 0)
		},
	}
	s.bind(cmd)
	return cmd
}

func (s *simulation) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	s.serve.bind(f)
	f.StringVar(&s.send.URL, "url", "http://127.0.0.1:8080", "the collector")
	f.StringVar(&s.send.Token, "token", "", "push token (ODOGRAPH_PUSH_TOKEN, or the first of ODOGRAPH_PUSH_TOKEN_FILE)")
	f.IntVar(&s.send.Batch, "batch", 50, "items of a request; the platform sends at most 50")
	f.IntVar(&s.send.Connections, "connections", 8, "requests at the same time")
	f.Float64Var(&s.send.Rate, "rate", 0, "items a second (0: as they fall due)")
	f.DurationVar(&s.send.GiveUp, "give-up", 0, "give up an item after this time (0: never)")
	f.DurationVar(&s.length, "for", time.Minute, "how long a fleet drives, in real time")
	f.IntVar(&s.fleet.Devices, "devices", 100, "vehicles of a fleet")
	f.DurationVar(&s.fleet.Interval, "interval", 10*time.Second, "time between a vehicle's fixes")
	f.Uint64Var(&s.fleet.Seed, "seed", 1, "the same seed and start give the same drives")
	f.StringVar(&s.start, "start", "", "time of a fleet's first fixes, RFC 3339 (default: so that the last are from now)")
	f.Float64Var(&s.fleet.Lat, "lat", 41.2565, "middle of the city, degrees")
	f.Float64Var(&s.fleet.Lng, "lng", -95.9345, "middle of the city, degrees")
	f.Float64Var(&s.fleet.HarshPer100KM, "harsh", simulate.DefaultHarshPer100KM, "harsh manoeuvres per 100 km of a fleet's drives")
	f.Float64Var(&s.fleet.HarshAlarms, "harsh-alarms", simulate.DefaultHarshAlarms, "share of them that raise an alarm of the device (41, 42, 43, 48)")
	f.Float64Var(&s.disturb.Duplicates, "duplicates", 0, "share of fixes that are sent twice")
	f.Float64Var(&s.disturb.Disorder, "disorder", 0, "share of fixes that come late")
	f.DurationVar(&s.disturb.Hold, "hold", 2*time.Minute, "how late a repeat or a late fix may come, at most until the end")
	f.Float64Var(&s.disturb.Faults, "faults", 0, "share of fixes that are spoilt: (0, 0), no latitude, latitude 95, 1970, the future, no device…")
	f.Float64Var(&s.speedup, "speedup", 0, "replay: times faster than it was driven (0: as fast as the collector answers)")
	f.StringVar(&s.csv.IMEIColumn, "imei-column", "", "replay: column of the device (default: the file's name)")
	f.StringArrayVar(&s.csv.Time, "time-column", nil, "replay: column of the time; several are joined by a space")
	f.StringVar(&s.csv.TimeLayout, "time-layout", "rfc3339", "replay: rfc3339, epoch, epoch_ms, or a layout such as '2/1/2006 15:04:05'")
	f.StringVar(&s.zone, "time-zone", "UTC", "replay: zone of times that name none")
	f.StringVar(&s.csv.Lat, "lat-column", "", "replay: column of the latitude, degrees")
	f.StringVar(&s.csv.Lng, "lng-column", "", "replay: column of the longitude, degrees")
	f.StringVar(&s.csv.Speed, "speed-column", "", "replay: column of the speed")
	f.StringVar(&s.speedUnit, "speed-unit", "kmh", "replay: kmh, mps or mph")
	f.StringVar(&s.csv.Heading, "heading-column", "", "replay: column of the heading, degrees from north")
	f.StringVar(&s.csv.Satellites, "satellites-column", "", "replay: column of the number of satellites")
	f.StringVar(&s.csv.Altitude, "altitude-column", "", "replay: column of the altitude, m")
	f.StringVar(&s.csv.Odometer, "odometer-column", "", "replay: column of the odometer, m")
	f.StringVar(&s.csv.Ignition, "ignition-column", "", "replay: column of the ignition, 0 or 1")
	f.StringVar(&s.delimiter, "delimiter", ",", "replay: between columns")
	f.BoolVar(&s.csv.DecimalComma, "decimal-comma", false, "replay: numbers have a decimal comma")
}

// source makes what is sent.
func (s *simulation) source(files []string) (simulate.Source, error) {
	if s.send.Batch < 1 || s.send.Connections < 1 {
		return nil, errors.New("--batch and --connections must be at least 1")
	}
	s.disturb.Seed = s.fleet.Seed
	if len(files) > 0 {
		return s.replay(files)
	}
	if s.fleet.Devices < 1 || s.fleet.Interval < time.Second {
		return nil, errors.New("--devices must be at least 1 and --interval at least 1s")
	}
	s.send.Speedup = 1
	if s.send.Rate > 0 { // the fleet's own rate, times the speed-up, is the rate
		s.send.Speedup = s.send.Rate * s.fleet.Interval.Seconds() / float64(s.fleet.Devices)
		s.send.Rate = 0
	}
	s.fleet.For = time.Duration(float64(s.length) * s.send.Speedup)
	s.fleet.Start = time.Now()
	if s.send.Speedup > 1 {
		s.fleet.Start = s.fleet.Start.Add(s.length - s.fleet.For)
	}
	if s.start != "" {
		at, err := time.Parse(time.RFC3339, s.start)
		if err != nil {
			return nil, fmt.Errorf("--start: %w", err)
		}
		s.fleet.Start = at
	}
	if s.fleet.For > 0 {
		s.disturb.Until = s.fleet.Start.Add(s.fleet.For)
	}
	for _, share := range []*float64{&s.fleet.HarshPer100KM, &s.fleet.HarshAlarms} {
		if *share == 0 { // none, and not the default
			*share = -1
		}
	}
	return s.disturbed(simulate.NewFleet(s.fleet)), nil
}

func (s *simulation) disturbed(src simulate.Source) simulate.Source {
	if s.disturb.Duplicates+s.disturb.Disorder+s.disturb.Faults == 0 {
		return src
	}
	return simulate.Disturb(src, s.disturb)
}

func (s *simulation) replay(files []string) (simulate.Source, error) {
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		return nil, fmt.Errorf("--time-zone: %w", err)
	}
	s.csv.Zone, s.csv.SpeedUnit = zone, simulate.SpeedUnit(s.speedUnit)
	delimiter := []rune(s.delimiter)
	if len(delimiter) != 1 {
		return nil, fmt.Errorf("--delimiter %q: want one character", s.delimiter)
	}
	s.csv.Delimiter = delimiter[0]
	s.send.Speedup = s.speedup
	var all []simulate.Source
	for _, path := range files {
		src, err := simulate.OpenCSV(path, s.csv)
		if err != nil {
			return nil, err
		}
		all = append(all, src)
	}
	return s.disturbed(simulate.InTurn(all...)), nil
}

// run sends, with progress, and says what became of the items.
func (s *simulation) run(ctx context.Context, src simulate.Source, out io.Writer, fleet bool) error {
	var counts simulate.Counts
	stop := showProgress(&counts, s.length, fleet)
	start := time.Now()
	err := simulate.Send(ctx, src, s.send, &counts)
	stop()
	printCounts(out, &counts, time.Since(start))
	if d, ok := src.(*simulate.Disturbed); ok {
		printDisturbed(out, d)
	}
	if ctx.Err() != nil {
		err = nil // stopped by the user; the counts say how far it came
	}
	if n := counts.GivenUp.Load(); n > 0 && err == nil {
		err = fmt.Errorf("%d items were neither acknowledged nor refused", n)
	}
	return err
}

// showProgress draws a bar on a terminal, and prints a line every few seconds
// elsewhere.
func showProgress(c *simulate.Counts, length time.Duration, fleet bool) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	tty := term.IsTerminal(int(os.Stderr.Fd()))
	go func() {
		defer close(ended)
		if tty {
			drawBar(c, length, fleet, done)
			return
		}
		t := time.NewTicker(5 * time.Second)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				fmt.Fprintf(os.Stderr, "%d items acknowledged\n", c.Acknowledged.Load())
			case <-done:
				return
			}
		}
	}()
	var once atomic.Bool
	return func() {
		if once.CompareAndSwap(false, true) {
			close(done)
			<-ended
		}
	}
}

func drawBar(c *simulate.Counts, length time.Duration, fleet bool, done <-chan struct{}) {
	most := int64(-1) // a replay's length is not known before its end
	if fleet {
		most = length.Milliseconds()
	}
	bar := progressbar.NewOptions64(most, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionFullWidth(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(true), progressbar.OptionClearOnFinish())
	start := time.Now()
	t := time.NewTicker(200 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			bar.Describe(fmt.Sprintf("%d items acknowledged, %d refused, %d retries", c.Acknowledged.Load(), c.Refused.Load(), c.Retries.Load()))
			if fleet {
				_ = bar.Set64(min(time.Since(start).Milliseconds(), most-1))
			} else {
				_ = bar.Set64(c.Acknowledged.Load())
			}
		case <-done:
			_ = bar.Finish()
			return
		}
	}
}

func printCounts(out io.Writer, c *simulate.Counts, took time.Duration) {
	_, _ = fmt.Fprintf(out, "sent          %8d items in %d requests, %s (%.0f items/s)\n",
		c.Sent.Load(), c.Requests.Load(), took.Round(time.Millisecond), float64(c.Sent.Load())/took.Seconds())
	_, _ = fmt.Fprintf(out, "acknowledged  %8d\n", c.Acknowledged.Load())
	_, _ = fmt.Fprintf(out, "refused       %8d\n", c.Refused.Load())
	_, _ = fmt.Fprintf(out, "given up      %8d\n", c.GivenUp.Load())
	_, _ = fmt.Fprintf(out, "retries       %8d requests\n", c.Retries.Load())
}

func printDisturbed(out io.Writer, d *simulate.Disturbed) {
	_, _ = fmt.Fprintf(out, "among them    %8d repeats, %d late\n", d.Duplicated, d.Delayed)
	for _, f := range simulate.Faults {
		if n := d.Spoilt[f.Name]; n > 0 {
			what := "kept with a flag"
			if f.Refused {
				what = "for the dead letters"
			}
			_, _ = fmt.Fprintf(out, "              %8d %s (%s)\n", n, f.Name, what)
		}
	}
}
