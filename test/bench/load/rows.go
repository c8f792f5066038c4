package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A row prepares, which nobody counts, and gives back its work.
var rows = map[string]func(*client) (func(*meter) error, error){
	"get":         get,
	"list":        list(""),
	"page":        list("?limit=500"),
	"create":      create,
	"delete":      remove,
	"update":      update,
	"merge":       patch("application/merge-patch+json", `{"spec":{"%s":"r%d"}}`),
	"json":        patch("application/json-patch+json", `[{"op":"replace","path":"/spec/%s","value":"r%d"}]`),
	"apply":       apply,
	"watch":       watch,
	"flood-get":   floodGet,
	"flood-watch": floodWatch,
	"informer":    informer,
	"discovery":   path("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"),
	"openapi":     path("/openapi/v3/apis/"+group+"/v1beta1", jsonType),
	"openapiv2":   path("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"),
}

func rowNames() []string {
	var names []string
	for name := range rows {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func get(c *client) (func(*meter) error, error) {
	names, err := c.objectNames("get", c.o.objects)
	return func(m *meter) error {
		return m.loop(func(worker, n int) (int, error) {
			answer, err := c.send("GET", c.items+"/"+names[(worker*7919+n*31)%len(names)], "", "")
			return len(answer), err
		})
	}, err
}

func list(query string) func(*client) (func(*meter) error, error) {
	return func(c *client) (func(*meter) error, error) {
		_, err := c.objectNames("get", c.o.objects)
		return func(m *meter) error {
			return m.loop(func(int, int) (int, error) {
				answer, err := c.send("GET", c.items+query, "", "")
				return len(answer), err
			})
		}, err
	}
}

func path(path, accept string) func(*client) (func(*meter) error, error) {
	return func(c *client) (func(*meter) error, error) {
		return func(m *meter) error {
			return m.loop(func(int, int) (int, error) {
				answer, err := c.send("GET", path, "", "", "Accept", accept)
				return len(answer), err
			})
		}, nil
	}
}

// run makes names of objects that no other run has.
func runName() string { return strconv.FormatInt(time.Now().UnixNano(), 36) }

func create(c *client) (func(*meter) error, error) {
	run := runName()
	return func(m *meter) error {
		return m.loop(func(worker, n int) (int, error) {
			answer, err := c.send("POST", c.items, jsonType, c.object(fmt.Sprintf("c-%s-%d-%d", run, worker, n), ""))
			return len(answer), err
		})
	}, nil
}

// remove makes objects ahead, outside the measured time as far as they last, and deletes them.
func remove(c *client) (func(*meter) error, error) {
	names, err := c.objectNames("d-"+runName(), c.o.objects)
	var next atomic.Int64
	return func(m *meter) error {
		return m.loop(func(int, int) (int, error) {
			n := int(next.Add(1)) - 1
			if n >= len(names) {
				<-m.done // all gone: the rest of the time is idle
				return 0, fmt.Errorf("out of objects")
			}
			answer, err := c.send("DELETE", c.items+"/"+names[n], "", "")
			return len(answer), err
		})
	}, err
}

// owned gives each worker objects that it alone writes.
func owned(c *client, prefix string) ([][]string, error) {
	const each = 8
	names, err := c.objectNames(prefix, each*c.o.workers)
	if err != nil {
		return nil, err
	}
	result := make([][]string, c.o.workers)
	for w := range result {
		result[w] = names[w*each : (w+1)*each]
	}
	return result, nil
}

func update(c *client) (func(*meter) error, error) {
	names, err := owned(c, "update")
	if err != nil {
		return nil, err
	}
	versions := make([]map[string][]byte, len(names))
	for w, mine := range names {
		versions[w] = map[string][]byte{}
		for _, name := range mine {
			if versions[w][name], err = c.send("GET", c.items+"/"+name, "", ""); err != nil {
				return nil, err
			}
		}
	}
	return func(m *meter) error {
		return m.loop(func(worker, n int) (int, error) {
			name := names[worker][n%len(names[worker])]
			// What a client does: the object read before, one field changed.
			last, key := versions[worker][name], c.reference()
			body := bytes.Replace(last, []byte(`"`+key+`":"`+member(last, key)+`"`), fmt.Appendf(nil, `"%s":"r%d"`, key, n), 1)
			answer, err := c.send("PUT", c.items+"/"+name, jsonType, string(body))
			if err == nil {
				versions[worker][name] = answer
			}
			return len(answer), err
		})
	}, nil
}

func patch(contentType, body string) func(*client) (func(*meter) error, error) {
	return func(c *client) (func(*meter) error, error) {
		names, err := owned(c, "patch")
		return func(m *meter) error {
			return m.loop(func(worker, n int) (int, error) {
				name := names[worker][n%len(names[worker])]
				answer, err := c.send("PATCH", c.items+"/"+name, contentType, fmt.Sprintf(body, c.reference(), n))
				return len(answer), err
			})
		}, err
	}
}

func apply(c *client) (func(*meter) error, error) {
	names, err := owned(c, "apply")
	return func(m *meter) error {
		return m.loop(func(worker, n int) (int, error) {
			name := names[worker][n%len(names[worker])]
			body := fmt.Sprintf(`{"apiVersion":"%s/%s","kind":"Flunder","metadata":{"name":%q,"labels":{"app":"bench"}},"spec":{%s}}`,
				group, c.o.version, name, c.spec(fmt.Sprintf("r%d", n)))
			answer, err := c.send("PATCH", c.items+"/"+name+"?fieldManager=load&force=true", "application/apply-patch+yaml", body)
			return len(answer), err
		})
	}, err
}

// watch has writers at a given rate; an operation is one event that reached one watcher, its time is from before the write.
func watch(c *client) (func(*meter) error, error) {
	names, err := c.objectNames("watch", 8)
	if err != nil {
		return nil, err
	}
	var open sync.WaitGroup
	open.Add(c.o.watchers)
	streams := make(chan io.ReadCloser, c.o.watchers)
	failures := make(chan error, c.o.watchers)
	for range c.o.watchers {
		go func() {
			defer open.Done()
			// Of the objects written alone, and from now on.
			response, err := c.open("GET", c.items+"?watch=1&timeoutSeconds=600&resourceVersion="+latest(c), "", "")
			if err != nil {
				failures <- err
				return
			}
			streams <- response.Body
		}()
	}
	open.Wait()
	close(streams)
	if len(failures) > 0 {
		return nil, <-failures
	}
	return func(m *meter) error {
		for stream := range streams {
			go read(m, stream)
		}
		go m.clock()
		tick := time.NewTicker(time.Duration(float64(time.Second) / c.o.rate))
		defer tick.Stop()
		var writes sync.WaitGroup
		for n := 0; !m.stopped(); n++ {
			<-tick.C
			writes.Add(1)
			go func() {
				defer writes.Done()
				body := fmt.Sprintf(`{"metadata":{"annotations":{"at":"%d"}}}`, time.Now().UnixNano())
				if _, err := c.send("PATCH", c.items+"/"+names[n%len(names)], "application/merge-patch+json", body); err != nil {
					m.count(0, 0, err)
				}
			}()
		}
		writes.Wait()
		return nil
	}, nil
}

// latest is the resourceVersion of the collection.
func latest(c *client) string {
	answer, err := c.send("GET", c.items+"?limit=1", "", "")
	if err != nil {
		return ""
	}
	at := bytes.Index(answer, []byte(`"metadata"`))
	return member(answer[at:], "resourceVersion")
}

func read(m *meter, stream io.ReadCloser) {
	defer stream.Close()
	lines := bufio.NewReaderSize(stream, 1<<16)
	for !m.stopped() {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			m.count(0, 0, fmt.Errorf("watch ended: %w", err))
			return
		}
		at, _ := strconv.ParseInt(member(line, "at"), 10, 64)
		if at > 0 {
			m.count(time.Duration(time.Now().UnixNano()-at), len(line), nil)
		}
	}
}

// informer is the start of a client's cache: the list of everything, then a watch from there that is open.
func informer(c *client) (func(*meter) error, error) {
	_, err := c.objectNames("get", c.o.objects)
	return func(m *meter) error {
		return m.loop(func(int, int) (int, error) {
			answer, err := c.send("GET", c.items+"?resourceVersion=0", "", "")
			if err != nil {
				return 0, err
			}
			version := member(answer[:min(len(answer), 300)], "resourceVersion")
			response, err := c.open("GET", c.items+"?watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion="+version, "", "")
			if err != nil {
				return 0, err
			}
			return len(answer), response.Body.Close()
		})
	}, err
}
