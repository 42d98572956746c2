"""The places a dataset's rows come from (ODCS section Servers), one module and one model a kind of source."""
