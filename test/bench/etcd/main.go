// The real etcd, built by Go's module proxy: the store behind Go's server in the benchmark.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
