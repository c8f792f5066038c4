module apiserver-kit-bench-load

go 1.24.0
