// SPDX-License-Identifier: EUPL-1.2

package inventory

import "martinella/internal/access/gate"

func (m *Module) registerPages(g *gate.Gate) {}
