// A controller of controller-runtime, to be measured beside ours: labels every ConfigMap of a namespace.
//
//	controllers KUBECONFIG NAMESPACE COUNT LABEL
//
// Ends, and prints one line of JSON, when COUNT objects have been seen in the cache with the label on them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

type report struct {
	SyncMs      int64 `json:"syncMs"`
	ReconcileMs int64 `json:"reconcileMs"`
	PeakBytes   int64 `json:"peakBytes"`
	Reconciles  int   `json:"reconciles"`
}

type labeller struct {
	client client.Client
	label  string
	count  int
	lock   sync.Mutex
	calls  int
	seen   map[string]bool
	done   context.CancelFunc
}

func (l *labeller) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	l.lock.Lock()
	l.calls++
	l.lock.Unlock()
	var object corev1.ConfigMap
	if err := l.client.Get(ctx, request.NamespacedName, &object); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if object.Labels["labelled"] == l.label {
		l.lock.Lock()
		defer l.lock.Unlock()
		l.seen[request.Name] = true
		if len(l.seen) == l.count {
			l.done()
		}
		return ctrl.Result{}, nil
	}
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"labelled":"`+l.label+`"}}}`))
	return ctrl.Result{}, client.IgnoreNotFound(l.client.Patch(ctx, &object, patch))
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(kubeconfig, namespace, count, label string) error {
	began := time.Now()
	log.SetLogger(logr.Discard())
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	// As the configuration that controller-runtime loads by itself.
	config.QPS = -1
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Cache:   cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Metrics: server.Options{BindAddress: "0"},
	})
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	ctx, done := context.WithCancel(context.Background())
	defer done()
	reconciler := &labeller{client: manager.GetClient(), label: label, count: number, seen: map[string]bool{}, done: done}
	err = ctrl.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: 10}).Complete(reconciler)
	if err != nil {
		return err
	}
	var result report
	go func() {
		informer, err := manager.GetCache().GetInformer(ctx, &corev1.ConfigMap{})
		for err == nil && !informer.HasSynced() {
			time.Sleep(5 * time.Millisecond)
		}
		result.SyncMs = time.Since(began).Milliseconds()
	}()
	if err := manager.Start(ctx); err != nil {
		return err
	}
	result.ReconcileMs = time.Since(began).Milliseconds()
	result.PeakBytes = peak()
	result.Reconciles = reconciler.calls
	return json.NewEncoder(os.Stdout).Encode(result)
}

// The most memory that the process has had.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes * 1024
		}
	}
	return 0
}
