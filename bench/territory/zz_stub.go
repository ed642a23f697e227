// SPDX-License-Identifier: EUPL-1.2

package main

import "context"

func replayCommand(context.Context, command, []string) error { return nil }
