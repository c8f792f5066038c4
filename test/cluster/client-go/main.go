// A controller's eyes: client-go's informers on flunders, whole objects and metadata only.
//
//	client-go KUBECONFIG NAMESPACE
//
// Prints "synced" when both have been filled. Then, for every line of standard input, prints one line of JSON with what each informer holds and what
// its handler has been told. Ends with standard input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

var flunders = schema.GroupVersionResource{Group: "wardle.example.com", Version: "v1beta1", Resource: "flunders"}

// View is what an informer holds, and what came to its handler.
type View struct {
	// Versions of the objects in the store, by name.
	Objects map[string]string `json:"objects"`
	// The same, from the handler's calls alone.
	Told       map[string]string `json:"told"`
	Violations []string          `json:"violations"`
}

type watcher struct {
	informer cache.SharedIndexInformer
	lock     sync.Mutex
	told     map[string]string
	wrong    []string
}

func watch(informer cache.SharedIndexInformer) *watcher {
	w := &watcher{informer: informer, told: map[string]string{}, wrong: []string{}}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object interface{}) {
			w.record("added", object, func(_ string, known bool) bool { return !known })
		},
		UpdateFunc: func(old, object interface{}) {
			before := old.(metav1.Object).GetResourceVersion()
			w.record("updated", object, func(version string, known bool) bool { return known && version == before })
		},
		DeleteFunc: func(object interface{}) {
			if tombstone, ok := object.(cache.DeletedFinalStateUnknown); ok {
				object = tombstone.Obj
			}
			w.record("deleted", object, func(_ string, known bool) bool { return known })
		},
	})
	must(err)
	return w
}

// A call that does not follow from the ones before it is a violation.
func (w *watcher) record(what string, object interface{}, follows func(version string, known bool) bool) {
	w.lock.Lock()
	defer w.lock.Unlock()
	meta := object.(metav1.Object)
	version, known := w.told[meta.GetName()]
	if !follows(version, known) {
		w.wrong = append(w.wrong, fmt.Sprintf("%s %s %s after %q", what, meta.GetName(), meta.GetResourceVersion(), version))
	}
	if what == "deleted" {
		delete(w.told, meta.GetName())
	} else {
		w.told[meta.GetName()] = meta.GetResourceVersion()
	}
}

func (w *watcher) view() View {
	w.lock.Lock()
	defer w.lock.Unlock()
	view := View{Objects: map[string]string{}, Told: map[string]string{}, Violations: append([]string{}, w.wrong...)}
	for _, object := range w.informer.GetStore().List() {
		meta := object.(metav1.Object)
		view.Objects[meta.GetName()] = meta.GetResourceVersion()
	}
	for name, version := range w.told {
		view.Told[name] = version
	}
	return view
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	must(err)
	namespace := os.Args[2]
	whole := dynamicinformer.NewFilteredDynamicSharedInformerFactory(dynamic.NewForConfigOrDie(config), 0, namespace, nil)
	partial := metadatainformer.NewFilteredSharedInformerFactory(metadata.NewForConfigOrDie(config), 0, namespace, nil)
	watchers := map[string]*watcher{
		"whole":    watch(whole.ForResource(flunders).Informer()),
		"metadata": watch(partial.ForResource(flunders).Informer()),
	}
	stop := make(chan struct{})
	whole.Start(stop)
	partial.Start(stop)
	whole.WaitForCacheSync(stop)
	partial.WaitForCacheSync(stop)
	fmt.Println(`"synced"`)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		views := map[string]View{}
		for name, watcher := range watchers {
			views[name] = watcher.view()
		}
		text, err := json.Marshal(views)
		must(err)
		fmt.Println(string(text))
	}
	close(stop)
}
