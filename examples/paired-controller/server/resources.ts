import { StatusSubresource, StoredResource } from '@apiserver-kit/framework'
import { Page } from '../apis/page.ts'
import { Site } from '../apis/site.ts'

export class SiteResource extends StoredResource<Site> {
  readonly storageVersion = Site
  override readonly subresources = [new StatusSubresource<Site>()]
}

export class PageResource extends StoredResource<Page> {
  readonly storageVersion = Page
}
