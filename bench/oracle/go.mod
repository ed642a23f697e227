module martinella/bench/oracle

go 1.26.0

require (
	github.com/facebookincubator/nvdtools v0.1.5
	martinella v0.0.0
)

replace martinella => ../..
