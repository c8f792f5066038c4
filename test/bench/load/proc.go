package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const ticksPerSecond = 100 // USER_HZ, the same on every Linux

// family is the processes and all their descendants.
func family(pids []int) []int {
	var all []int
	for _, pid := range pids {
		all = append(all, pid)
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		for _, file := range files {
			text, _ := os.ReadFile(file)
			for _, child := range strings.Fields(string(text)) {
				if n, err := strconv.Atoi(child); err == nil {
					all = append(all, family([]int{n})...)
				}
			}
		}
	}
	return all
}

// cpuUs is the user and system time of the processes, in microseconds.
func cpuUs(pids []int) float64 {
	var ticks float64
	for _, pid := range family(pids) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		// The name, in parentheses, may hold blanks.
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		user, _ := strconv.ParseFloat(fields[11], 64)
		system, _ := strconv.ParseFloat(fields[12], 64)
		ticks += user + system
	}
	return ticks * 1e6 / ticksPerSecond
}

// rssBytes is the resident memory of the processes, mapped files included.
func rssBytes(pids []int) int64 {
	var bytes int64
	for _, pid := range family(pids) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		for _, line := range strings.Split(string(text), "\n") {
			if fields := strings.Fields(line); len(fields) == 3 && (fields[0] == "VmRSS:") {
				kib, _ := strconv.ParseInt(fields[1], 10, 64)
				bytes += kib * 1024
			}
		}
	}
	return bytes
}
