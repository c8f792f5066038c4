package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

const group = "wardle.example.com"

type client struct {
	o    options
	http *http.Client
	tls  *tls.Config
	// items is the path of the objects.
	items string
}

func newClient(o options) (*client, error) {
	pair, err := tls.LoadX509KeyPair(o.cert, o.key)
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(o.ca)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	config := &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots, ServerName: "localhost"}
	transport := &http.Transport{
		TLSClientConfig:     config,
		ForceAttemptHTTP2:   o.http == 2,
		MaxIdleConnsPerHost: 4096,
		DisableCompression:  true,
	}
	if o.http == 1 {
		transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	items := fmt.Sprintf("/apis/%s/%s/namespaces/%s/flunders", group, o.version, o.namespace)
	return &client{o: o, http: &http.Client{Transport: transport}, tls: config, items: items}, nil
}

// send gives the body of a 2xx answer.
func (c *client) send(method, path, contentType, body string, headers ...string) ([]byte, error) {
	response, err := c.open(method, path, contentType, body, headers...)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode/100 != 2 {
		return answer, fmt.Errorf("%s %s: %d %.300s", method, path, response.StatusCode, answer)
	}
	return answer, nil
}

func (c *client) open(method, path, contentType, body string, headers ...string) (*http.Response, error) {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request, err := http.NewRequest(method, c.o.url+path, reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "load/1.0")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return c.http.Do(request)
}

const jsonType = "application/json"

// ensureNamespace makes the namespace where the server itself serves them.
func (c *client) ensureNamespace() error {
	body := fmt.Sprintf(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":%q}}`, c.o.namespace)
	response, err := c.open("POST", "/api/v1/namespaces", jsonType, body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusCreated, http.StatusConflict, http.StatusNotFound:
		_, err = io.Copy(io.Discard, response.Body)
		return err
	}
	return fmt.Errorf("making namespace %s: %s", c.o.namespace, response.Status)
}

// object is of a usual size: 1.3 kB with what the server adds.
func (c *client) object(name, extra string) string {
	return fmt.Sprintf(`{"apiVersion":"%s/%s","kind":"Flunder","metadata":{"name":%q,%s"labels":{"app":"bench","tier":"backend","app.kubernetes.io/managed-by":"load"},"annotations":{"note":"%s"}},"spec":{%s}}`,
		group, c.o.version, name, extra, strings.Repeat("lorem ipsum ", 40), c.spec("other"))
}

// reference is the name of the field that runs change.
func (c *client) reference() string {
	if c.o.version == "v1alpha1" {
		return "reference"
	}
	return "flunderReference"
}

func (c *client) spec(reference string) string {
	return fmt.Sprintf(`"%s":%q,"referenceType":"Flunder"`, c.reference(), reference)
}

// objectNames of count objects, which are there afterwards.
func (c *client) objectNames(prefix string, count int) ([]string, error) {
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("%s-%06d", prefix, i)
	}
	// The last one is there: so are the others.
	if _, err := c.send("GET", c.items+"/"+names[count-1], "", ""); err == nil {
		return names, nil
	}
	failures := make(chan error, 64)
	next := make(chan string)
	for range 32 {
		go func() {
			var last error
			for name := range next {
				if answer, err := c.send("POST", c.items, jsonType, c.object(name, "")); err != nil && !bytes.Contains(answer, []byte(`"AlreadyExists"`)) {
					last = err
				}
			}
			failures <- last
		}()
	}
	for _, name := range names[:count-1] {
		next <- name
	}
	close(next)
	for range 32 {
		if err := <-failures; err != nil {
			return nil, err
		}
	}
	_, err := c.send("POST", c.items, jsonType, c.object(names[count-1], ""))
	return names, err
}

// member of the first `"key":"value"` in a JSON text; the keys asked for stand in no earlier string.
func member(text []byte, key string) string {
	at := bytes.Index(text, []byte(`"`+key+`":"`))
	if at < 0 {
		return ""
	}
	rest := text[at+len(key)+4:]
	return string(rest[:bytes.IndexByte(rest, '"')])
}
