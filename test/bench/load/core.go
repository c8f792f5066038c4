package main

import (
	"flag"
	"fmt"
	"net/http"
	"strings"
)

// kinds are what a server asks its cluster for at its start.
var kinds = map[string]string{
	"namespaces":                        "Namespace",
	"flowschemas":                       "FlowSchema",
	"prioritylevelconfigurations":       "PriorityLevelConfiguration",
	"validatingadmissionpolicies":       "ValidatingAdmissionPolicy",
	"validatingadmissionpolicybindings": "ValidatingAdmissionPolicyBinding",
	"mutatingadmissionpolicies":         "MutatingAdmissionPolicy",
	"mutatingadmissionpolicybindings":   "MutatingAdmissionPolicyBinding",
	"validatingwebhookconfigurations":   "ValidatingWebhookConfiguration",
	"mutatingwebhookconfigurations":     "MutatingWebhookConfiguration",
}

// core serves lists that are empty but for that of namespaces, and watches in which nothing happens.
func core(args []string) error {
	set := flag.NewFlagSet("core", flag.ExitOnError)
	listen := set.String("listen", "127.0.0.1:8080", "address")
	namespaces := set.String("namespaces", "bench", "the namespaces that are there")
	if err := set.Parse(args); err != nil {
		return err
	}
	return http.ListenAndServe(*listen, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		resource := parts[len(parts)-1]
		kind, known := kinds[resource]
		w.Header().Set("Content-Type", "application/json")
		query := r.URL.Query()
		switch {
		case r.URL.Path == "/openapi/v3":
			fmt.Fprint(w, `{"paths":{}}`)
		case r.Method != http.MethodGet || !known:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","reason":"NotFound","code":404}`)
		case query.Get("sendInitialEvents") != "":
			// A list is asked for instead.
			w.WriteHeader(http.StatusUnprocessableEntity)
			fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","reason":"Invalid","code":422}`)
		case query.Get("watch") != "":
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		default:
			var items []string
			if resource == "namespaces" {
				for _, name := range strings.Split(*namespaces, ",") {
					items = append(items, fmt.Sprintf(`{"metadata":{"name":%q,"uid":%q,"resourceVersion":"1"},"status":{"phase":"Active"}}`, name, name))
				}
			}
			version := strings.TrimPrefix(strings.Join(parts[:len(parts)-1], "/"), "apis/")
			fmt.Fprintf(w, `{"kind":"%sList","apiVersion":%q,"metadata":{"resourceVersion":"1"},"items":[%s]}`, kind, strings.TrimPrefix(version, "api/"), strings.Join(items, ","))
		}
	}))
}
