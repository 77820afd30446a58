package poll

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/odograph/odograph/internal/polls"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// duties are what is done once for an account, by the owner of its partition:
// the list of devices and the fleet poll.
func (p *Poller) duties(ctx context.Context, a *account) error {
	var listed, swept, quota time.Time
	for sleep(ctx, min(time.Second, p.cfg.FleetPoll+time.Second)) {
		if !a.owned.Load() {
			continue
		}
		now := time.Now()
		if b := a.client.Budget(); now.Before(b.QuotaUntil) { // said once, not at each poll
			if b.QuotaUntil != quota {
				quota = b.QuotaUntil
				p.metrics.quota.WithLabelValues(a.Name).Set(float64(quota.Unix()))
				p.log.Warn("the account's calls of this day are used up, polling goes on tomorrow", "account", a.Name, "until", quota)
			}
			continue
		}
		if now.After(listed) {
			listed = now.Add(p.spread(p.cfg.DevicePoll))
			if err := p.listDevices(ctx, a); err != nil && ctx.Err() == nil {
				p.log.Warn("the list of devices could not be read, trying again", "account", a.Name, "error", err)
				listed = now.Add(min(p.cfg.DevicePoll, 30*time.Second))
			}
		}
		if p.cfg.FleetPoll > 0 && now.After(swept) {
			swept = now.Add(p.spread(p.cfg.FleetPoll))
			if err := p.sweepFleet(ctx, a); err != nil && ctx.Err() == nil {
				p.log.Warn("the fleet poll failed, trying again", "account", a.Name, "error", err)
			}
		}
	}
	return nil
}

// listDevices brings the definitions of an account's devices up to date.
// Another polled account that lists the same device keeps it: a device has one
// account, so that it is polled once.
func (p *Poller) listDevices(ctx context.Context, a *account) error {
	listed := map[string]bool{}
	err := openapi.Each(ctx, a.client, &openapi.DeviceList, openapi.DeviceListParams{Target: a.target()}, func(r openapi.Row[openapi.Device]) error {
		if r.IMEI == "" {
			return nil
		}
		listed[r.IMEI] = true
		old, found := p.ledger.Device(r.IMEI)
		if found && old.Account != a.Name && p.accounts[old.Account] != nil {
			return nil
		}
		d := definition(old, a.Name, r)
		if found && d == old {
			return nil
		}
		return p.ledger.Define(ctx, d)
	})
	if err != nil {
		return err
	}
	for imei, d := range p.ledger.Devices() {
		if d.Account == a.Name && !listed[imei] {
			d.Account = "" // no longer in the account: nobody polls it
			if err := p.ledger.Define(ctx, d); err != nil {
				return err
			}
		}
	}
	a.sweep.mu.Lock()
	a.sweep.listed = listed
	a.sweep.mu.Unlock()
	return p.detailDevices(ctx, a, listed)
}

// detailAfter is how long the details of a device are taken for good.
const detailAfter = 7 * 24 * time.Hour

// detailDevices asks for the details of some devices, one call each: those that
// were not asked for yet, or a week ago. They may take a quarter of a minute's
// calls at each list, so that a new account of thousands of devices does not
// keep everything else waiting.
func (p *Poller) detailDevices(ctx context.Context, a *account, listed map[string]bool) error {
	left := max(1, p.cfg.PollRate/4)
	for imei := range listed {
		var last polls.Cursor
		old, ours := p.ledger.Device(imei)
		if _, err := p.ledger.Get("detail/"+imei, &last); err != nil {
			return err
		}
		if !ours || old.Account != a.Name || time.Since(last.Until) < detailAfter {
			continue
		}
		if left--; left < 0 {
			return nil
		}
		var d schema.Device
		err := openapi.Each(ctx, a.client, &openapi.DeviceDetail, openapi.DeviceParams{IMEI: imei}, func(r openapi.Row[openapi.Device]) error {
			r.IMEI = imei
			d = definition(old, a.Name, r)
			return nil
		})
		switch openapi.ClassOf(err) {
		case openapi.ClassAuth, openapi.ClassParameter, openapi.ClassUnavailable, openapi.ClassBusiness:
			p.log.Info("the platform gives no details of a device", "imei", imei, "error", err)
			err = nil // and will not tomorrow
		}
		if err == nil && d.IMEI != "" && d != old {
			err = p.ledger.Define(ctx, d)
		}
		if err == nil {
			err = p.ledger.Put(ctx, a.partition, "detail/"+imei, polls.Cursor{Until: time.Now().UTC()})
		}
		if err != nil {
			return fmt.Errorf("details of device %s: %w", imei, err)
		}
	}
	return nil
}

func (a *account) target() string {
	if a.Target != "" {
		return a.Target
	}
	return a.User
}

// sweep is what the fleet polls of an account have shown.
type sweep struct {
	mu      sync.Mutex
	listed  map[string]bool   // devices of the account
	rows    map[string][]byte // the last row of each device
	leftOut map[string]int    // devices, by the number of polls that left them out
}

// sweepFleet asks for the latest position of every device of an account. A row
// that is the same, byte for byte, as the one before says nothing new and goes
// no further. Devices that the platform leaves out are asked for by themselves.
func (p *Poller) sweepFleet(ctx context.Context, a *account) error {
	b := newBatcher(p, a, "poll.location_list", schema.SourceLocationList)
	seen := map[string][]byte{}
	a.sweep.mu.Lock()
	before := a.sweep.rows
	a.sweep.mu.Unlock()
	err := openapi.Each(ctx, a.client, &openapi.LocationList, openapi.LocationListParams{Target: a.target()}, func(r openapi.Row[openapi.Location]) error {
		row := bytes.Clone(r.JSON)
		if r.IMEI != "" {
			seen[r.IMEI] = row
			if bytes.Equal(before[r.IMEI], row) {
				return nil
			}
		}
		return b.add(ctx, r.IMEI, row)
	})
	if err := errors.Join(err, b.flush(ctx)); err != nil {
		return err
	}
	p.metrics.sweepAge.WithLabelValues(a.Name).SetToCurrentTime()
	return p.noticeLeftOut(ctx, a, seen)
}

// noticeLeftOut compares a sweep with the list of devices.
func (p *Poller) noticeLeftOut(ctx context.Context, a *account, seen map[string][]byte) error {
	s := &a.sweep
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = seen
	was := len(s.leftOut)
	next := map[string]int{}
	for imei := range s.listed {
		if seen[imei] == nil {
			next[imei] = s.leftOut[imei] + 1
			a.locate.add(imei, p.cfg.StaleAfter)
		}
	}
	s.leftOut = next
	p.metrics.leftOut.WithLabelValues(a.Name).Set(float64(len(next)))
	if len(next) == 0 && was == 0 {
		return nil
	}
	names := make([]string, 0, len(next))
	for imei := range next {
		names = append(names, imei)
	}
	slices.Sort(names)
	return p.ledger.Put(ctx, a.partition, "left_out/"+a.Name, names)
}

// A locateQueue holds the devices whose position is to be asked for.
type locateQueue struct {
	mu      sync.Mutex
	waiting []string
	asked   map[string]time.Time
}

// add queues a device unless it was asked for within the last while.
func (q *locateQueue) add(imei string, while time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if slices.Contains(q.waiting, imei) || time.Since(q.asked[imei]) < max(while, locateEvery) {
		return
	}
	q.waiting = append(q.waiting, imei)
}

func (q *locateQueue) take() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := q.waiting
	q.waiting = nil
	for _, imei := range out {
		q.asked[imei] = time.Now()
	}
	return out
}

// locateEvery gathers questions, so that one call serves up to 50 devices.
const locateEvery = 2 * time.Second

// locateQueued asks where the queued devices are.
func (p *Poller) locateQueued(ctx context.Context, a *account) error {
	for sleep(ctx, locateEvery) {
		imeis := a.locate.take()
		if len(imeis) == 0 {
			continue
		}
		b := newBatcher(p, a, "poll.location_get", schema.SourceLocationGet)
		err := rows(ctx, a, &openapi.LocationGet, openapi.LocationGetParams{IMEIs: imeis}, func(imei string, row []byte) error {
			return b.add(ctx, imei, row)
		})
		if err := errors.Join(err, b.flush(ctx)); err != nil && ctx.Err() == nil {
			p.log.Warn("positions of single devices could not be asked for", "account", a.Name, "devices", len(imeis), "error", err)
		}
	}
	return nil
}
