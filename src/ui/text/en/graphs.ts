/** Words of the graphs beside the congestion graph: sequence, round trips, throughput. */
export const graphs = {
  graphs: {
    hint: 'Hover for values, click for the event; the wheel zooms, dragging pans.',
    zoom: 'Zoom',
    in: 'Zoom in',
    out: 'Zoom out',
    earlier: 'Earlier',
    later: 'Later',
    whole: 'Whole run',
    sequence: {
      axis: 'seq',
      caption: 'bytes counted from the ISN',
      flight: 'not yet acknowledged',
      key: {
        sent: 'sent',
        again: 'sent again',
        acked: 'acknowledged',
        sacked: 'SACKed',
        window: 'window edge',
        windowAbove: 'window edge (above this scale)',
      },
      label: (segments: number, again: number, una: number, edge: number) =>
        `Time-sequence graph. So far ${segments} segments with data, SYN or FIN were sent, ${again} of them again; acknowledged up to ${una}, window edge ${edge}.`,
    },
    rtt: {
      none: 'No round trip has been measured yet.',
      caption: 'round-trip time',
      key: {
        sample: 'sample',
        srtt: 'srtt',
        rto: 'rto',
        rtoAbove: 'rto (above this scale)',
        expired: 'timeout',
      },
      label: (sample: string, srtt: string, rto: string, expiries: number) =>
        `Round-trip graph. Now: last sample ${sample}, srtt ${srtt}, rto ${rto}; ${expiries} retransmission timeouts in the run.`,
    },
    throughput: {
      none: 'No data has been sent yet.',
      caption: 'bits a second of payload',
      key: { sent: 'sent', acknowledged: 'acknowledged', queue: 'packets ahead in the queue' },
      label: (sent: number, acknowledged: number) =>
        `Throughput graph. ${sent} bytes of payload were sent, ${acknowledged} acknowledged.`,
    },
  },
}
