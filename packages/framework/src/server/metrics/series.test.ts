import { expect } from 'chai'
import { Registry } from 'prom-client'
import { HistogramFamily, NumberFamily } from './series.ts'
import { ServerMetrics } from './server-metrics.ts'

describe('series of metrics', () => {
  it('come out as prom-client’s own do', async () => {
    const registry = new Registry()
    const counter = new NumberFamily('counter', { name: 'c_total', help: 'C.', registry })
    counter.series({ a: 'x"y\\z' }).value += 2
    const histogram = new HistogramFamily({ name: 'h', help: 'H.', bounds: [0.1, 1], registry })
    const series = histogram.series({ a: 'b' })
    for (const value of [0.05, 0.1, 0.5, 7]) series.observe(value)
    expect((await registry.metrics()).trim().split('\n')).to.deep.equal([
      '# HELP c_total C.',
      '# TYPE c_total counter',
      'c_total{a="x\\"y\\\\z"} 2',
      '',
      '# HELP h H.',
      '# TYPE h histogram',
      'h_bucket{a="b",le="0.1"} 2',
      'h_bucket{a="b",le="1"} 3',
      'h_bucket{a="b",le="+Inf"} 4',
      'h_sum{a="b"} 7.65',
      'h_count{a="b"} 4',
    ])
  })
  it('begin anew when they are reset, but for what is under way', async () => {
    const registry = new Registry()
    const counter = new NumberFamily('counter', { name: 'c', help: 'C.', registry }).series()
    const gauge = new NumberFamily('gauge', { name: 'g', help: 'G.', registry }).series()
    const histogram = new HistogramFamily({ name: 'h', help: 'H.', bounds: [1], registry }).series()
    counter.value = gauge.value = 3
    histogram.observe(2)
    registry.resetMetrics()
    const text = await registry.metrics()
    expect(text).to.include('\nc 0\n')
    expect(text).to.include('\ng 3\n')
    expect(text).to.include('\nh_count 0')
  })
})

describe('ServerMetrics', () => {
  it('knows a few users by name, and all others as other', async () => {
    const metrics = new ServerMetrics()
    for (let i = 0; i < 100; i++) metrics.authenticated('success', 0.001, `user-${String(i)}`)
    metrics.authenticated('success', 0.001, 'jane@example.com')
    metrics.authenticated('success', 0.001, 'admin')
    metrics.authenticated('error', 0.001, 'mallory')
    const text = await metrics.registry.getSingleMetricAsString('authenticated_user_requests')
    expect(text.split('\n').slice(2)).to.have.members([
      'authenticated_user_requests{username="other"} 100',
      'authenticated_user_requests{username="email_id"} 1',
      'authenticated_user_requests{username="admin"} 1',
    ])
    const attempts = await metrics.registry.getSingleMetricAsString('authentication_attempts')
    expect(attempts).to.include('authentication_attempts{result="error"} 1')
  })
})
