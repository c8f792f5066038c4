// Command load drives one API server with one kind of work and tells what it cost, as a line of JSON.
//
//	load run -row get -url https://127.0.0.1:8443 -cert admin.crt -key admin.key -ca ca.crt -pids 41,42 -seconds 5
//	load core -listen 127.0.0.1:8080      a kube-apiserver with nothing in it but namespaces, for a server that needs one
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// result is what a run prints.
type result struct {
	Row      string  `json:"row"`
	HTTP     int     `json:"http"`
	Ops      int64   `json:"ops"`
	Errors   int64   `json:"errors"`
	Error    string  `json:"error,omitempty"`
	Seconds  float64 `json:"seconds"`
	P50Ms    float64 `json:"p50Ms"`
	P99Ms    float64 `json:"p99Ms"`
	Bytes    int64   `json:"bytes"`
	CPUUs    float64 `json:"cpuUs"`    // of all server processes, user and system, within the run
	RSSBytes int64   `json:"rssBytes"` // of all server processes, at the end
	ClientUs float64 `json:"clientUs"` // of this program, to see whether it was the narrow place
}

type options struct {
	url, cert, key, ca string
	http               int
	row                string
	seconds, warm      float64
	workers            int
	objects            int
	watchers           int
	connections        int
	rate               float64
	pids               []int
	version            string
	namespace          string
}

func main() {
	if len(os.Args) < 2 {
		fail("usage: load run|core [flags]")
	}
	var err error
	switch os.Args[1] {
	case "run":
		err = run(os.Args[2:])
	case "core":
		err = core(os.Args[2:])
	default:
		err = fmt.Errorf("no such command: %s", os.Args[1])
	}
	if err != nil {
		fail(err.Error())
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "load: "+message)
	os.Exit(1)
}

func run(args []string) error {
	var o options
	var pids string
	set := flag.NewFlagSet("run", flag.ExitOnError)
	set.StringVar(&o.url, "url", "", "the server")
	set.StringVar(&o.cert, "cert", "", "client certificate")
	set.StringVar(&o.key, "key", "", "its key")
	set.StringVar(&o.ca, "ca", "", "authority of the server's certificate")
	set.IntVar(&o.http, "http", 2, "1 or 2")
	set.StringVar(&o.row, "row", "", strings.Join(rowNames(), ", "))
	set.Float64Var(&o.seconds, "seconds", 5, "measured time")
	set.Float64Var(&o.warm, "warm", 3, "time before it, in which compilers and caches settle")
	set.IntVar(&o.workers, "workers", 16, "requests under way at once")
	set.IntVar(&o.objects, "objects", 1000, "objects there")
	set.IntVar(&o.watchers, "watchers", 100, "watches (watch)")
	set.IntVar(&o.connections, "connections", 4, "connections (flood-get, flood-watch)")
	set.Float64Var(&o.rate, "rate", 50, "writes a second (watch)")
	set.StringVar(&pids, "pids", "", "processes of the server, their children counted too")
	set.StringVar(&o.version, "version", "v1alpha1", "version of the API")
	set.StringVar(&o.namespace, "namespace", "bench", "namespace, made where it can be")
	if err := set.Parse(args); err != nil {
		return err
	}
	for _, text := range strings.Split(pids, ",") {
		if pid, err := strconv.Atoi(text); err == nil {
			o.pids = append(o.pids, pid)
		}
	}
	c, err := newClient(o)
	if err != nil {
		return err
	}
	makeRow, ok := rows[o.row]
	if !ok {
		return fmt.Errorf("no such row: %q", o.row)
	}
	if err := c.ensureNamespace(); err != nil {
		return err
	}
	work, err := makeRow(c)
	if err != nil {
		return fmt.Errorf("preparing %s: %w", o.row, err)
	}
	m := newMeter(o)
	if err := work(m); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(m.result())
}

// meter counts operations between start and stop; those of the warm-up do not count.
type meter struct {
	o       options
	mu      sync.Mutex
	times   []float64
	untimed int64
	bytes   int64
	errors  int64
	error   string
	on      bool
	began   time.Time
	seconds float64
	cpu     float64
	own     float64
	rss     int64
	done    chan struct{}
}

func newMeter(o options) *meter { return &meter{o: o, done: make(chan struct{})} }

// clock measures after the warm-up and closes done when the time is up.
func (m *meter) clock() {
	time.Sleep(time.Duration(m.o.warm * float64(time.Second)))
	m.mu.Lock()
	m.on, m.began = true, time.Now()
	cpu, own := cpuUs(m.o.pids), cpuUs([]int{os.Getpid()})
	m.mu.Unlock()
	time.Sleep(time.Duration(m.o.seconds * float64(time.Second)))
	m.mu.Lock()
	m.on, m.seconds = false, time.Since(m.began).Seconds()
	m.cpu, m.own, m.rss = cpuUs(m.o.pids)-cpu, cpuUs([]int{os.Getpid()})-own, rssBytes(m.o.pids)
	m.mu.Unlock()
	close(m.done)
}

func (m *meter) stopped() bool {
	select {
	case <-m.done:
		return true
	default:
		return false
	}
}

// count notes one operation that took since started; bytes are those of the answer.
func (m *meter) count(took time.Duration, bytes int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.on {
		return
	}
	if err != nil {
		m.errors++
		m.error = err.Error()
		return
	}
	m.times = append(m.times, float64(took.Microseconds())/1000)
	m.bytes += int64(bytes)
}

// countAll notes operations whose times nobody knows.
func (m *meter) countAll(operations, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.on {
		m.untimed += int64(operations)
		m.bytes += int64(bytes)
	}
}

// until waits for a failure or the end of the time.
func (m *meter) until(failures <-chan error) error {
	for {
		select {
		case <-m.done:
			return nil
		case err := <-failures:
			if err != nil && !m.stopped() {
				return err
			}
		}
	}
}

func (m *meter) result() result {
	sort.Float64s(m.times)
	at := func(q float64) float64 {
		if len(m.times) == 0 {
			return 0
		}
		return m.times[int(q*float64(len(m.times)-1))]
	}
	return result{
		Row: m.o.row, HTTP: m.o.http, Ops: int64(len(m.times)) + m.untimed, Errors: m.errors, Error: m.error, Seconds: m.seconds,
		P50Ms: at(0.5), P99Ms: at(0.99), Bytes: m.bytes, CPUUs: m.cpu, RSSBytes: m.rss, ClientUs: m.own,
	}
}

// loop runs op in all workers until the time is up.
func (m *meter) loop(op func(worker, n int) (int, error)) error {
	go m.clock()
	var all sync.WaitGroup
	for w := range m.o.workers {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := 0; !m.stopped(); n++ {
				began := time.Now()
				bytes, err := op(w, n)
				m.count(time.Since(began), bytes, err)
			}
		}()
	}
	all.Wait()
	return nil
}
