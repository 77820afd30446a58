package poll

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/polls"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// A batcher gathers rows of an answer and puts them into Kafka in portions.
type batcher struct {
	p       *Poller
	a       *account
	kind    string
	source  schema.Source
	records []*kgo.Record
	rows    int
}

func newBatcher(p *Poller, a *account, kind string, source schema.Source) *batcher {
	return &batcher{p: p, a: a, kind: kind, source: source}
}

const portion = 500

func (b *batcher) add(ctx context.Context, imei string, row []byte) error {
	b.records = append(b.records, b.p.raw(b.a, b.kind, b.source, imei, row))
	if len(b.records) >= portion {
		return b.flush(ctx)
	}
	return nil
}

func (b *batcher) flush(ctx context.Context) error {
	err := b.p.produce(ctx, b.records)
	if err == nil {
		b.rows += len(b.records)
		b.p.metrics.rows.WithLabelValues(b.kind).Add(float64(len(b.records)))
	}
	b.records = b.records[:0]
	return err
}

// A job is a poll that is asked for many devices at once, window by window.
type job struct {
	name    string
	kind    string
	every   time.Duration
	overlap time.Duration // how far a window reaches into the one before
	settle  time.Duration // how old the end of a window is when it is asked for
	aligned bool          // windows are whole multiples of every, since answers are about the window as a whole
	fetch   func(ctx context.Context, a *account, imeis []string, from, to time.Time, add func(imei string, row []byte) error) error
}

// jobs are the polls of the settings. Alarms overlap because the platform
// files them by the device's time and late; reports are asked for once their
// window has ended for everybody.
func (p *Poller) jobs() []job {
	all := []job{
		{
			name: "alarms", kind: "poll.alarm_list", every: p.cfg.AlarmPoll, overlap: 10 * time.Minute,
			fetch: func(ctx context.Context, a *account, imeis []string, from, to time.Time, add func(string, []byte) error) error {
				return rows(ctx, a, &openapi.AlarmList, openapi.AlarmListParams{IMEIs: imeis, Begin: from, End: to}, add)
			},
		},
		{
			name: "obd", kind: "poll.obd_list", every: p.cfg.OBDPoll, overlap: 10 * time.Minute,
			fetch: func(ctx context.Context, a *account, imeis []string, from, to time.Time, add func(string, []byte) error) error {
				return rows(ctx, a, &openapi.OBDList, openapi.OBDListParams{IMEIs: imeis, Begin: from, End: to}, add)
			},
		},
		{
			name: "obd_faults", kind: "poll.obd_fault", every: p.cfg.OBDPoll, overlap: 10 * time.Minute,
			fetch: func(ctx context.Context, a *account, imeis []string, from, to time.Time, add func(string, []byte) error) error {
				return rows(ctx, a, &openapi.OBDFault, openapi.OBDFaultParams{IMEIs: imeis, Begin: from, End: to}, add)
			},
		},
		{
			name: "mileage", kind: "poll.track_mileage", every: p.cfg.ReportPoll, aligned: true, settle: time.Hour,
			fetch: func(ctx context.Context, a *account, imeis []string, from, to time.Time, add func(string, []byte) error) error {
				return rows(ctx, a, &openapi.TrackMileage, openapi.TrackMileageParams{IMEIs: imeis, Begin: from, End: to}, add)
			},
		},
		{
			name: "parking", kind: "poll.report_parking", every: p.cfg.ReportPoll, aligned: true, settle: time.Hour,
			fetch: func(ctx context.Context, a *account, imeis []string, from, to time.Time, add func(string, []byte) error) error {
				for _, acc := range []string{"off", "on"} { // parking, idling
					params := openapi.ReportParkingParams{IMEIs: imeis, Begin: from, End: to, ACC: acc}
					if err := rows(ctx, a, &openapi.ReportParking, params, add); err != nil {
						return err
					}
				}
				return nil
			},
		},
		{
			name: "trips", kind: "poll.report_trips", every: p.cfg.ReportPoll, aligned: true, settle: time.Hour,
			fetch: func(ctx context.Context, a *account, imeis []string, from, to time.Time, add func(string, []byte) error) error {
				return rows(ctx, a, &openapi.ReportTrips, openapi.ReportTripsParams{IMEIs: imeis, Type: openapi.EveryTrip, Begin: from, End: to}, add)
			},
		},
	}
	var on []job
	for _, j := range all {
		if j.every > 0 {
			on = append(on, j)
		}
	}
	return on
}

// rows calls a method and hands on each row's bytes.
func rows[P, R any](ctx context.Context, a *account, m *openapi.Method[P, R], params P, add func(imei string, row []byte) error) error {
	return openapi.Each(ctx, a.client, m, params, func(r openapi.Row[R]) error { return add(r.IMEI, r.JSON) })
}

// repeat runs a job for an account's devices in the shard, for ever. A window
// that fails is asked for again; its cursor does not move.
func (s *shard) repeat(ctx context.Context, a *account, j job) {
	wait := time.Second
	for sleep(ctx, s.p.spread(wait)) {
		wait = j.every
		if j.aligned {
			wait = min(j.every, 10*time.Minute)
		}
		err := s.runJob(ctx, a, j)
		var answer *openapi.Error
		switch {
		case err == nil || ctx.Err() != nil:
		case openapi.ClassOf(err) == openapi.ClassQuota: // the account's owner says so
			wait = max(wait, time.Minute)
		case errors.As(err, &answer) && answer.Class == openapi.ClassUnavailable:
			wait = 24 * time.Hour // the account has no such method
			s.log.Info("the platform does not offer a poll for this account", "account", a.Name, "poll", j.name)
		default:
			wait = min(j.every, time.Minute)
			s.log.Warn("a poll failed, its window is asked for again", "account", a.Name, "poll", j.name, "error", err)
		}
	}
}

func (s *shard) runJob(ctx context.Context, a *account, j job) error {
	imeis, err := s.mine(ctx, a)
	if err != nil || len(imeis) == 0 {
		return err
	}
	key := "cursor/" + a.Name + "/" + j.name + "/" + strconv.Itoa(int(s.number))
	now := time.Now().UTC()
	from, found, err := s.cursor(key)
	if err != nil {
		return err
	}
	if !found {
		from = now.Add(-j.settle - j.every).Truncate(time.Second)
		if j.aligned {
			from = from.Truncate(j.every)
		}
	}
	for _, w := range windows(j, from, now) {
		if err := a.slots.Acquire(ctx, 1); err != nil {
			return err
		}
		err := s.window(ctx, a, j, imeis, w)
		a.slots.Release(1)
		if err != nil {
			return err
		}
		if err := s.moveCursor(ctx, key, w.to); err != nil {
			return err
		}
	}
	return nil
}

func (s *shard) window(ctx context.Context, a *account, j job, imeis []string, w window) error {
	b := newBatcher(s.p, a, j.kind, schema.SourcePoll)
	err := j.fetch(ctx, a, imeis, w.from, w.to, func(imei string, row []byte) error { return b.add(ctx, imei, row) })
	return errors.Join(err, b.flush(ctx))
}

// A window is a time that is asked for: from and to are both part of it.
type window struct{ from, to time.Time }

// windows are those between the cursor and now, without a hole: one, or, where
// windows are aligned, each that has ended long enough ago.
func windows(j job, cursor, now time.Time) []window {
	until := now.Add(-j.settle).Truncate(time.Second)
	if !j.aligned {
		if !until.After(cursor) {
			return nil
		}
		return []window{{cursor.Add(-j.overlap), until}}
	}
	var out []window
	for from := cursor.Truncate(j.every); !from.Add(j.every).After(until); from = from.Add(j.every) {
		out = append(out, window{from, from.Add(j.every)})
	}
	return out
}

func (s *shard) cursor(key string) (until time.Time, found bool, err error) {
	var c polls.Cursor
	found, err = s.p.ledger.Get(key, &c)
	return c.Until, found, err
}

// moveCursor follows the acknowledgement of everything before it.
func (s *shard) moveCursor(ctx context.Context, key string, until time.Time) error {
	return s.p.ledger.Put(ctx, s.number, key, polls.Cursor{Until: until})
}
