import { expect } from 'chai'
import { Widget } from '../apis/demo/v1alpha1/widget.ts'
import { WidgetV1beta1Conversion } from '../server/widget-v1beta1.ts'

/** Objects as they are stored: add those that make a difference. */
const samples: readonly Widget[] = [
  // apiserver-kit:samples
]

describe('Widget v1beta1', () => {
  for (const [number, sample] of samples.entries())
    it(`loses nothing of sample ${number + 1} on the way there and back`, () => {
      const there = WidgetV1beta1Conversion.fromStorage(structuredClone(sample))
      const back = WidgetV1beta1Conversion.toStorage(structuredClone(there))
      expect(back).to.deep.equal(sample)
    })
})
