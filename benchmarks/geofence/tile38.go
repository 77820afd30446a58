//go:build linux

package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/odograph/odograph/pkg/geo"
)

// pipelined is how many questions are asked before the first answer is read.
const pipelined = 32

// A tile38 is a server that was started for the measurement, and the one connection
// to it. Its processor time counts, that of this end does not.
type tile38 struct {
	server *exec.Cmd
	dir    string
	conn   net.Conn
	in     *bufio.Reader
	out    *bufio.Writer
	fences map[string]*geo.Fence
}

// findTile38 is the program's path: as given, or tile38-server where PATH has it;
// "" when there is none.
func findTile38(given string) (string, error) {
	path, err := exec.LookPath(cmp.Or(given, "tile38-server"))
	if given == "" && errors.Is(err, exec.ErrNotFound) {
		return "", nil
	}
	return path, err
}

// startTile38 starts a server on a port of its own, which keeps nothing on disk.
func startTile38(program string) (*tile38, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "odograph-tile38.")
	if err != nil {
		return nil, err
	}
	t := &tile38{dir: dir, fences: map[string]*geo.Fence{}}
	t.server = exec.Command(program, "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-d", filepath.Join(dir, "data"), "--appendonly", "no")
	t.server.Stderr = os.Stderr
	if err := t.server.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", program, err), os.RemoveAll(dir))
	}
	if err := t.connect(net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", program, err), t.stop())
	}
	return t, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// connect waits until the server answers, 20 seconds at most.
func (t *tile38) connect(address string) error {
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if t.conn, err = net.Dial("tcp", address); err != nil {
			continue
		}
		t.in, t.out = bufio.NewReaderSize(t.conn, 1<<16), bufio.NewWriterSize(t.conn, 1<<16)
		writeCommand(t.out, "PING")
		if err = t.out.Flush(); err != nil {
			return err
		}
		_, err = readReply(t.in)
		return err
	}
	return fmt.Errorf("no answer at %s within 20 s: %w", address, err)
}

// stop ends the server, the hard way when it does not go within 10 seconds.
func (t *tile38) stop() error {
	if t.conn != nil {
		_ = t.conn.Close()
	}
	_ = t.server.Process.Signal(unix.SIGTERM)
	kill := time.AfterFunc(10*time.Second, func() { _ = t.server.Process.Kill() })
	defer kill.Stop()
	var exit *exec.ExitError
	if err := t.server.Wait(); err != nil && !errors.As(err, &exit) {
		return err
	}
	return os.RemoveAll(t.dir)
}

// version is what the server says of itself, "" when it does not.
func (t *tile38) version() string {
	writeCommand(t.out, "SERVER")
	if t.out.Flush() != nil {
		return ""
	}
	r, err := readReply(t.in)
	for i := 0; err == nil && i+1 < len(r.list); i += 2 {
		if r.list[i].text == "version" {
			return r.list[i+1].text
		}
	}
	return ""
}

// build gives the server the fences.
func (t *tile38) build(fences []*geo.Fence) lookup {
	for len(fences) > 0 {
		batch := fences[:min(pipelined, len(fences))]
		fences = fences[len(batch):]
		for _, f := range batch {
			t.fences[f.ID] = f
			writeCommand(t.out, "SET", "fences", f.ID, "OBJECT", bareGeometry(f))
		}
		err := t.out.Flush()
		for range batch {
			if err == nil {
				_, err = readReply(t.in)
			}
		}
		if err != nil {
			panic(fmt.Sprintf("tile38-server: SET: %v", err))
		}
	}
	return t.at
}

func (t *tile38) ask(p geo.Point) {
	lat, lng := strconv.FormatFloat(p.Lat, 'g', -1, 64), strconv.FormatFloat(p.Lng, 'g', -1, 64)
	// BOUNDS of no size rather than POINT, which old versions do not have here. The
	// limit is 100 unless said.
	writeCommand(t.out, "INTERSECTS", "fences", "LIMIT", "1000000", "IDS", "BOUNDS", lat, lng, lat, lng)
}

// answer reads what INTERSECTS says: a cursor and the IDs.
func (t *tile38) answer(dst []*geo.Fence) ([]*geo.Fence, error) {
	r, err := readReply(t.in)
	if err != nil {
		return dst, err
	}
	if len(r.list) != 2 {
		return dst, fmt.Errorf("INTERSECTS: want a cursor and IDs, got %d elements", len(r.list))
	}
	for _, id := range r.list[1].list {
		f := t.fences[id.text]
		if f == nil {
			return dst, fmt.Errorf("INTERSECTS: no fence has the ID %q", id.text)
		}
		dst = append(dst, f)
	}
	return dst, nil
}

// at asks for one position and waits.
func (t *tile38) at(dst []*geo.Fence, p geo.Point) []*geo.Fence {
	t.ask(p)
	err := t.out.Flush()
	if err == nil {
		dst, err = t.answer(dst)
	}
	if err != nil {
		panic(fmt.Sprintf("tile38-server: %v", err))
	}
	return dst
}

// round asks for all positions, so many at a time, and says how much processor time
// the server took.
func (t *tile38) round(at []geo.Point) time.Duration {
	start, room := t.cpu(), []*geo.Fence(nil)
	for len(at) > 0 {
		n := min(pipelined, len(at))
		for _, p := range at[:n] {
			t.ask(p)
		}
		err := t.out.Flush()
		for range n {
			if err == nil {
				room, err = t.answer(room[:0])
			}
		}
		if err != nil {
			panic(fmt.Sprintf("tile38-server: %v", err))
		}
		at = at[n:]
	}
	return t.cpu() - start
}

// cpu is the processor time of all threads of the server.
func (t *tile38) cpu() time.Duration {
	// Linux's clock of another process: the complement of its ID, and 2 for the
	// scheduler's count.
	var now unix.Timespec
	if err := unix.ClockGettime(int32(^t.server.Process.Pid<<3|2), &now); err != nil {
		panic(err) // the server runs
	}
	return time.Duration(now.Nano())
}
