package main

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// flood speaks HTTP/2 by hand, so that the client leaves the processors that it shares with the server to the server: every request of the
// same few bytes, many frames in one write, and of an answer no more than its status and where it ends.
type flood struct {
	conn   net.Conn
	server string
	out    []byte
	last   uint32 // stream
	// received of the connection's window since it was opened again.
	received int
	// answered is told of the end of an answer, body of each piece of one.
	answered func(stream uint32)
	body     func(piece []byte)
}

const (
	dataFrame, headersFrame, resetFrame, settingsFrame, pingFrame, goAwayFrame, windowFrame = 0, 1, 3, 4, 6, 7, 8

	endStream, endHeaders, ack = 1, 4, 1

	window = 1 << 30
)

func openFlood(c *client) (*flood, error) {
	config := c.tls.Clone()
	config.NextProtos = []string{"h2"}
	server := strings.TrimPrefix(c.o.url, "https://")
	conn, err := tls.Dial("tcp", server, config)
	if err != nil {
		return nil, err
	}
	f := &flood{conn: conn, server: server}
	f.out = append(f.out, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"...)
	f.frame(settingsFrame, 0, 0, binary.BigEndian.AppendUint32([]byte{0, 4}, window)) // of each answer
	f.frame(windowFrame, 0, 0, binary.BigEndian.AppendUint32(nil, window))            // of all
	return f, nil
}

func (f *flood) frame(kind, flags byte, stream uint32, payload []byte) {
	n := len(payload)
	f.out = append(f.out, byte(n>>16), byte(n>>8), byte(n), kind, flags)
	f.out = binary.BigEndian.AppendUint32(f.out, stream)
	f.out = append(f.out, payload...)
}

// get asks for a path, at the next flush; it gives back the stream.
func (f *flood) get(path string) uint32 {
	// Of HPACK's static table: 2 is GET, 7 https, 4 the path, 1 the authority, 19 Accept.
	block := []byte{0x82, 0x87}
	block = literal(append(block, 0x04), path)
	block = literal(append(block, 0x01), f.server)
	block = literal(append(block, 0x0f, 19-15), jsonType)
	f.last += 2
	stream := f.last - 1
	f.frame(headersFrame, endStream|endHeaders, stream, block)
	return stream
}

// literal is a text of less than 254 bytes, as it is.
func literal(block []byte, text string) []byte {
	if n := len(text); n < 127 {
		block = append(block, byte(n))
	} else {
		block = append(block, 127, byte(n-127))
	}
	return append(block, text...)
}

// serve sends and receives until the connection or the run ends.
func (f *flood) serve(m *meter) error {
	buffer, held := make([]byte, 1<<18), 0
	for !m.stopped() {
		if len(f.out) > 0 {
			if _, err := f.conn.Write(f.out); err != nil {
				return err
			}
			f.out = f.out[:0]
		}
		n, err := f.conn.Read(buffer[held:])
		if err != nil {
			return err
		}
		held += n
		at := 0
		for held-at >= 9 {
			size := int(buffer[at])<<16 | int(buffer[at+1])<<8 | int(buffer[at+2])
			if held-at < 9+size {
				break
			}
			if err := f.receive(buffer[at+3], buffer[at+4], binary.BigEndian.Uint32(buffer[at+5:]), buffer[at+9:at+9+size]); err != nil {
				return err
			}
			at += 9 + size
		}
		held = copy(buffer, buffer[at:held])
	}
	return nil
}

func (f *flood) receive(kind, flags byte, stream uint32, payload []byte) error {
	switch kind {
	case dataFrame:
		f.body(payload)
		if f.received += len(payload); f.received > window/2 {
			f.frame(windowFrame, 0, 0, binary.BigEndian.AppendUint32(nil, uint32(f.received)))
			f.received = 0
		}
	case headersFrame:
		// 8 of the static table is `:status: 200`, the first field there is.
		if len(payload) == 0 || payload[0] != 0x88 {
			return fmt.Errorf("stream %d: not answered with 200: %x", stream, payload)
		}
	case settingsFrame, pingFrame:
		if flags&ack == 0 {
			if kind == settingsFrame {
				payload = nil
			}
			f.frame(kind, ack, 0, payload)
		}
		return nil
	case resetFrame, goAwayFrame:
		return fmt.Errorf("the server ends stream %d: frame %d, %x", stream, kind, payload)
	default:
		return nil
	}
	if flags&endStream != 0 {
		f.answered(stream)
	}
	return nil
}

// floodGet has all requests of all connections under way at once.
func floodGet(c *client) (func(*meter) error, error) {
	names, err := c.objectNames("get", c.o.objects)
	if err != nil {
		return nil, err
	}
	return func(m *meter) error {
		go m.clock()
		failures := make(chan error, c.o.connections)
		for n := range c.o.connections {
			f, err := openFlood(c)
			if err != nil {
				return err
			}
			asked, began, bytes := n*7919, map[uint32]time.Time{}, 0
			ask := func() {
				began[f.get(c.items+"/"+names[asked%len(names)])] = time.Now()
				asked += 31
			}
			f.body = func(piece []byte) { bytes += len(piece) }
			f.answered = func(stream uint32) {
				m.count(time.Since(began[stream]), bytes, nil)
				delete(began, stream)
				bytes = 0
				ask()
			}
			for range c.o.workers / c.o.connections {
				ask()
			}
			go func() { failures <- f.serve(m) }()
		}
		return m.until(failures)
	}, nil
}

// floodWatch writes as fast as all watchers keep up with; an operation is one event that reached one of them.
func floodWatch(c *client) (func(*meter) error, error) {
	names, err := c.objectNames("watch", 2*c.o.workers)
	if err != nil {
		return nil, err
	}
	var seen atomic.Int64
	return func(m *meter) error {
		failures := make(chan error, c.o.connections+1)
		for range c.o.connections {
			f, err := openFlood(c)
			if err != nil {
				return err
			}
			f.body = func(piece []byte) {
				events := bytes.Count(piece, []byte{'\n'})
				seen.Add(int64(events))
				m.countAll(events, len(piece))
			}
			f.answered = func(stream uint32) { m.count(0, 0, fmt.Errorf("watch %d ended", stream)) }
			for range c.o.watchers / c.o.connections {
				f.get(c.items + "?watch=1&timeoutSeconds=600&resourceVersion=" + latest(c))
			}
			go func() { failures <- f.serve(m) }()
		}
		go m.clock()
		go func() { failures <- writeAsSeen(c, m, names, &seen) }()
		return m.until(failures)
	}, nil
}

// writeAsSeen keeps as many writes under way, from their request to the last watcher, as there are workers.
func writeAsSeen(c *client, m *meter, names []string, seen *atomic.Int64) error {
	for n := 0; !m.stopped(); n++ {
		for int64(n-c.o.workers)*int64(c.o.watchers) > seen.Load() && !m.stopped() {
			time.Sleep(200 * time.Microsecond)
		}
		go func() {
			body := fmt.Sprintf(`{"metadata":{"annotations":{"at":"%d"}}}`, n)
			if _, err := c.send("PATCH", c.items+"/"+names[n%len(names)], "application/merge-patch+json", body); err != nil {
				m.count(0, 0, err)
			}
		}()
	}
	return nil
}
