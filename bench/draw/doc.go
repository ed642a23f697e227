// SPDX-License-Identifier: EUPL-1.2

// Package draw gives the benchmarks their input: the real corpus, and stacks
// drawn as that corpus is made, so that every benchmark measures the same.
package draw
