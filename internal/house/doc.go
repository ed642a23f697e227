// SPDX-License-Identifier: EUPL-1.2

// Package house holds the rules of the house as tests: what the compiler
// cannot refuse and a reviewer would forget.
//
// Each rule is a function from source text to the places that break it, so
// that a test can show it catching an offender, and a test that runs it over
// the whole tree and says, when it fails, why the rule exists. The rules:
//
//   - imports only point down, rooms do not know each other, the matcher is pure (imports_test.go);
//   - every store method says who asks (store_test.go);
//   - packages are explained, files carry their licence, nothing is left "to do" (text_test.go);
//   - no panics, init functions, global state, or sleeping tests (code_test.go);
//   - functions and files stay readable (size_test.go);
//   - migrations are gap-free on both engines (migrations_test.go);
//   - every sentence exists in every language and gets its values (locale_test.go);
//   - publiccode.yml says what the standard wants (publiccode_test.go);
//   - every dependency has its reason written down (dependencies_test.go).
package house
